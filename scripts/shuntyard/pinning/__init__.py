"""The pin: the one file that says which upstream version is tested, and when it is time for a newer one.

pin.py       reads and rewrites the file
decide.py    whether the runs were green for long enough; pure
gather.py    the runs, from the history
bump.py      the whole of scripts/bump_pin.py: judge, find the commit, propose
"""
