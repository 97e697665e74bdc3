"""Programs beside the analyses: they answer, they end with their user, and their end is told."""

from __future__ import annotations

import random
from dataclasses import asdict

import pytest

from shuntyard.dashboard.worker import Worker
from shuntyard.errors import ShuntyardError
from shuntyard.stats.changes import of_many

pytestmark = pytest.mark.slow


def test_change_points_from_another_process_are_the_same() -> None:
    chance = random.Random(1)
    wanted = [([chance.lognormvariate(day // 20 * 0.2, 0.02) for day in range(40)], 0.03), ([1.0] * 12, 0.03)]
    here = [[asdict(change) for change in found] for found in of_many(wanted, 1, 0.02)]
    with Worker("seek") as worker:
        assert worker.ask([wanted, 1, 0.02]) == here
        assert worker.ask([[], 1, 0.02]) == []
    assert [change["index"] for change in here[0]] == [20]


def test_a_program_that_ends_says_why() -> None:
    with Worker("seek") as worker, pytest.raises(ShuntyardError, match=r"seek failed: .*Error") as told:
        worker.ask(["nonsense"])
    assert "requirements/history.txt" in told.value.hint


def test_a_program_ends_with_its_user() -> None:
    with Worker("pen") as worker:
        process = worker._process
        assert process.poll() is None
    assert process.poll() is not None
