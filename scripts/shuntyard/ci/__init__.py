"""CI systems: what a run is told by its environment, and how it speaks back."""
