"""Runs one job of a plan that plan-shards made: its cards side by side, each card's pieces one after another.

    inputs     what run-planned takes and gives
    job        what this job is: its part of the plan, where and with what it runs
    order      what the pytest of one piece is told; the plugin shuntyard_planned carries it out
    choose     which cases of a file a piece runs, which it skips, which of them are disabled
    piece      one piece: its command, what it left, whether that blocks
    course     the pieces of every card in turn, and when a card stops
    cards      one helper process a card, because each ends the whole tree of what it started
    tolerate   failures that are shown and do not block: quarantined cases, unstable rows
    record     the one result of the job
    durations  results  →  seconds per file, in the form that plan-shards reads

docs/running-planned-tests.md has the rules.
"""
