"""Stages as data: what `stage: N` of a pipeline moves, what allows the next one, and how many cards each of them takes.

read       a pipeline file → its stages, with every fault at its place
agree      what in the stages contradicts itself
effective  stages, N → triggers, crons, shards, gates, stacks: what the renderer reads
criteria   the next stage's criteria as a history shows them
demand     stages, N, durations → the scenario that is simulated
plan       the capacity plan of every stage
show       all of it as people read it
command    `shuntyard stage` at work
"""
