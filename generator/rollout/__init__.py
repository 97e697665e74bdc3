"""The rollout at design time: its file, the agreement with suites.yml, the edit of a flag, and what is shown of it."""
