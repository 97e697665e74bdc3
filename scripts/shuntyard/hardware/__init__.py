"""What machine this is. One small detector a file; unknown stays empty, nothing is guessed."""
