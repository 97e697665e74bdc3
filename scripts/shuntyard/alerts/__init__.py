"""Alerts: conditions over measured quantities, what they do when they hold, and who is told."""
