"""Killing any writer at any point, many times: no run is lost, none is there twice, none is half there."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

from shuntyard.store import open_store
from shuntyard.store.place import TEMPORARY
from tests.scripts.store import victims
from tests.scripts.store.reading import sums

pytestmark = pytest.mark.slow
WHOLE = (1, 4, 4 * victims.CASES)  # a run's own row, its executions, its cases


def start(context: ForkServerContext, what: Callable[..., None], *arguments: object) -> ForkServerProcess:
    process = context.Process(target=what, args=arguments)
    process.start()
    return process


def logged(log: Path) -> list[str]:
    return log.read_text().split() if log.exists() else []


def check(where: Path, expected: set[str]) -> dict[str, tuple[int, ...]]:
    """Every expected run is there, and each that is there is whole and there once."""
    found = sums(open_store(str(where)))
    assert expected <= set(found)
    assert {numbers[:3] for numbers in found.values()} <= {WHOLE}
    return found


def test_a_writer_killed_before_each_thing_it_does(tmp_path: Path, processes: ForkServerContext) -> None:
    where, log = tmp_path / "history", tmp_path / "log"
    for step in range(1, 200):
        process = start(processes, victims.append_and_die, step, str(where), str(log), [step])
        process.join()
        check(where, set(logged(log)))
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        assert open_store(str(where)).append(victims.run_of(step)) in ("added", "already")
    assert 4 < step < 199, "it did few things to files"
    assert set(check(where, set())) == {victims.run_of(number).id.key for number in range(1, step + 1)}


def test_writers_killed_at_random_moments(tmp_path: Path, processes: ForkServerContext) -> None:
    where, log, chance = tmp_path / "history", tmp_path / "log", random.Random(7)
    for number in range(400):  # a busy machine needs more turns until some writers were quicker than their end
        if number > 40 and len(logged(log)) > 20:
            break
        numbers = list(range(100 * number, 100 * number + 100))
        process = start(processes, victims.append_runs, str(where), str(log), numbers)
        time.sleep(chance.uniform(0.02, 0.25))
        process.kill()
        process.join()
    done = set(logged(log))
    assert len(done) > 20, "the machine is too slow for this test to mean anything"
    before = check(where, done)
    store = open_store(str(where))
    assert store.append(victims.run_of(0)) in ("already", "added")
    victims.compact_once(str(where), ahead_s=25 * 3600.0)
    assert not list(where.rglob(f"{TEMPORARY}*"))
    assert check(where, done).items() >= before.items()


def test_a_compaction_killed_before_each_thing_it_does(tmp_path: Path, processes: ForkServerContext) -> None:
    original, log = tmp_path / "original", tmp_path / "log"
    victims.append_runs(str(original), str(log), range(4))
    victims.append_runs(str(original), str(log), range(10, 13), days=-30)
    victims.compact_once(str(original), grace_s=1e9)
    victims.append_runs(str(original), str(log), range(20, 22))
    before = check(original, set(logged(log)))
    ends = []
    for step in range(1, 400):
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(original, copy)
        process = start(processes, victims.compact_and_die, step, str(copy))
        process.join()
        ends.append(process.exitcode)
        assert check(copy, set(before)) == before, step
        if step % 5 == 0 or process.exitcode == 0:
            victims.compact_once(str(copy))
            victims.compact_once(str(copy))
            assert check(copy, set(before)) == before, step
            assert sorted(path.name for path in copy.rglob("*.parquet")) == [
                "all-v2-000001.parquet",
                "all-v2-000002.parquet",
            ]
        if process.exitcode == 0:
            break
    assert ends[-1] == 0 and len(ends) > 15 and set(ends[:-1]) == {-signal.SIGKILL}


def test_compactions_killed_at_random_moments(tmp_path: Path, processes: ForkServerContext) -> None:
    where, log, chance = tmp_path / "history", tmp_path / "log", random.Random(11)
    for number in range(25):
        victims.append_runs(str(where), str(log), [number, 1000 + number], days=-30 * (number % 3))
        process = start(processes, victims.compact_once, str(where))
        time.sleep(chance.uniform(0.0, 0.8))
        process.kill()
        process.join()
        check(where, set(logged(log)))
    before = check(where, set(logged(log)))
    assert len(before) == 50
    for _ in range(2):
        victims.compact_once(str(where), ahead_s=25 * 3600.0)
    assert check(where, set()) == before
    assert len(list(where.rglob("*"))) == 6, "three months of one file each, and nothing else"


def test_many_writers_and_compactions_at_once(tmp_path: Path, processes: ForkServerContext) -> None:
    """Every run is appended by two writers, while two compactions go round and somebody reads."""
    where, log = tmp_path / "history", tmp_path / "log"
    shares = [range(40), range(20, 60), range(40, 80), [*range(60, 80), *range(20)]]
    writers = [start(processes, victims.append_runs, str(where), str(log), list(share)) for share in shares]
    looks = 0
    while any(writer.is_alive() for writer in writers):
        others = [start(processes, victims.compact_once, str(where), 3600.0) for _ in range(2)]
        known = set(logged(log))
        check(where, known)
        looks += 1
        for other in others:
            other.join()
            assert other.exitcode == 0
    assert [writer.exitcode for writer in writers] == [0] * 4 and looks > 1
    assert set(check(where, set())) == {victims.run_of(number).id.key for number in range(80)}
