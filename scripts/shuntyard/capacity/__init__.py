"""How much hardware a test service needs: durations → shards → a simulated month → what would have to change.

    durations  lists of test times, as PyTorch publishes them: one list, split, with unknown tests filled in
    shards     longest first onto N cards, and how many shards a target time takes
    cadence    times of day for so many runs a day, spread and off the hour
    arrivals   a month of scheduled runs and of pull requests' pushes (seeded)
    simulate   an event-driven simulation of runs that wait for cards
    scenario   one stage's numbers → the runs of a month → Figures
    figures    card-hours, time to signal, waiting, utilisation, missed cadences
    remedies   what would let a stage keep its cadence, each found by simulating it

Everything here is pure and needs no library: times, seeds and durations are arguments.
"""
