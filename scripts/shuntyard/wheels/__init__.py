"""Python packages as files: built, repaired, named after their axes, checked, installed to try them, published."""
