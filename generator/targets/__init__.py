"""CI systems that a pipeline is rendered for, one module each: workflows and actions as data → files."""
