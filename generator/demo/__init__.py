"""The demo: a real project, rehearsed, measured, judged."""
