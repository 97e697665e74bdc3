"""What the numbers mean: verdicts, rates, flakes, change points. Pure: no clock, no environment, seeds are arguments."""
