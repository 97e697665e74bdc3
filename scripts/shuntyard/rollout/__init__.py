"""The rollout of a runner: phases with criteria, what the history says of them, flags that change, their log."""
