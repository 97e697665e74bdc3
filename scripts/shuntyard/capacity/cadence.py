"""Times of day for so many runs a day: even, off the full hour, and other ones for each pipeline. UTC.

GitHub starts schedules late or drops them under load, worst at minute 0 (its documentation of `schedule`); pipelines
that all start at the same minute also queue for the same cards. A hash of the name spreads them, and never changes.
"""

from __future__ import annotations

import hashlib

FIRST_MINUTE, LAST_MINUTE = 17, 53
NIGHT = (1, 5)  # hours in which a nightly starts: after Europe's and before America's working day
MOST_A_DAY = 24


def start_times(name: str, a_day: int) -> tuple[tuple[int, int], ...]:
    """The (hour, minute) of each run of a day, in order; one a night, or evenly over the day. Raises ValueError."""
    if not 0 <= a_day <= MOST_A_DAY:
        raise ValueError(f"{a_day} runs a day")
    if a_day == 0:
        return ()
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    minute = FIRST_MINUTE + int.from_bytes(digest[:4], "big") % (LAST_MINUTE - FIRST_MINUTE + 1)
    turn = int.from_bytes(digest[4:], "big")
    first = NIGHT[0] + turn % (NIGHT[1] - NIGHT[0] + 1) if a_day == 1 else turn % max(24 // a_day, 1)
    return tuple((first + run * 24 // a_day, minute) for run in range(a_day))


def cron(times: tuple[tuple[int, int], ...]) -> str:
    """The times as one cron in five fields; empty for no times. They share their minute."""
    if not times:
        return ""
    return f"{times[0][1]} {','.join(str(hour) for hour, _ in times)} * * *"


def seconds(times: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    """The times as seconds after midnight."""
    return tuple(3600 * hour + 60 * minute for hour, minute in times)
