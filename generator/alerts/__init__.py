"""Alerts as maintainers write them: the format of matrices/alerts.yml, and the rules that it makes."""
