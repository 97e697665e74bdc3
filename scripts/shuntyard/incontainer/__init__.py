"""Runs a suite of pytest inside an image, or where no engine works, in a fresh virtual environment; says which."""
