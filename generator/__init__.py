"""Design time: matrices become pipelines, workflows, rehearsals."""
