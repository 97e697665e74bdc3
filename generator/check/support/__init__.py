"""What several rules share: how a workflow file is read, what a reference means, who calls whom, how a tool is run."""
