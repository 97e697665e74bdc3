"""Plans test files onto cards: what runs where, how long it will take, and why the rest does not run.

    durations  seconds per file of one kind of hardware, from PyTorch's test-times.json or a history in its format
    pieces     a test  →  one piece, or several of a long one
    cards      rows of pieces  →  jobs of so many cards each, every card with its pieces
    parts      the cases of a file that a piece of it runs: every machine computes the same
    planfile   the plan as a hand-over: the matrix of the jobs holds indexes, the file all else
    discover   which test files there are
    asked      what a run asks for, from the event, or from GitHub for a ciflow tag
    sources    the lists of others, and quarantines
    make       all of it
    inputs     what plan-shards takes and gives
    told       the plan for people

docs/test-scope.md states the rules.
"""
