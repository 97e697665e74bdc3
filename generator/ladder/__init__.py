"""The stages of a pipeline as written: whether they agree with themselves, and what the one that holds makes of all."""
