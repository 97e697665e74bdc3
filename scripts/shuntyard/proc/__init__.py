"""Runs a command: streams and keeps its output, measures it, and ends its whole process tree when it must."""
