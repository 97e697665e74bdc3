"""Images: built with wheels installed, searched for secrets, described, pushed, and promoted once they are tested."""
