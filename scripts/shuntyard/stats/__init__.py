"""What the numbers mean: verdicts, rates, flakes, change points. Pure: time and seeds are arguments."""
