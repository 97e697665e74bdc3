"""What a run in a container left, as cases, hardware and words for what went wrong. Reads files that tests wrote."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shuntyard import wire
from shuntyard.attempt import last_line
from shuntyard.cases import bound, merge
from shuntyard.incontainer.places import JOURNAL, JUNIT, SEEN
from shuntyard.ingest.source import read_source
from shuntyard.proc.run import Finished
from shuntyard.result import BAD_CASES, CaseResult, Hardware

_MOST = 1 << 20  # bytes of what the devices say of themselves
_VENDORS = {"rocm": "amd", "cuda": "nvidia"}
_PYTEST = {  # docs.pytest.org, "Exit codes"
    2: "pytest was stopped",
    3: "internal error in pytest",
    4: "pytest did not take its settings",
}
_NO_TESTS = 5
_ENGINE = (125, 126, 127)  # docker-run(1), podman-run(1): the engine failed; the command cannot be run; is not there


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What JAX found in the container, as the suite writes it (suites/jax_integration/harness/present.py)."""

    platform: str
    devices: int
    kinds: tuple[str, ...]
    version: str
    memory_bytes: int


def read_cases(out: Path, how: str) -> tuple[tuple[CaseResult, ...], str]:
    """The cases, and what is wrong with the file that tells them. `how` is how the run ended, for what was running.

    The journal comes first: it is whole even where pytest was killed. JUnit XML is all that a foreign suite has.
    """
    journal = out / JOURNAL
    if journal.is_file() and journal.stat().st_size:
        told = read_source(journal, JOURNAL, "pytest-reportlog").told
        cases = (
            replace(case, message=bound(f"was running when {how}")) if case.outcome == "crashed" else case
            for case in told.cases
        )
        return tuple(merge(cases)), told.problem
    if (out / JUNIT).is_file():
        told = read_source(out / JUNIT, JUNIT, "junit").told
        return tuple(merge(told.cases)), told.problem
    return (), "the tests left no results"


def error_of(finished: Finished, limit_s: float, cases: Sequence[CaseResult], problem: str, log: str) -> str:
    """What went wrong outside of any case; empty when nothing did, or when a bad case says enough."""
    if finished.error:
        return finished.error
    if finished.interrupted:
        return "interrupted"
    if finished.timed_out:
        return f"timed out after {limit_s:g} s"
    if any(case.outcome in BAD_CASES for case in cases):
        return ""
    code = finished.exit_code
    if code in _ENGINE and not cases:
        return f"the container did not start (exit code {code}): {last_line(log)}"
    if code in _PYTEST:
        return f"{_PYTEST[code]}: {_cause(log)}"
    if code == _NO_TESTS and not cases:
        return ""
    if code:
        return f"ended with exit code {code}: {last_line(log)}"
    if problem:  # pytest itself said that all was well
        return problem
    if cases and all(case.outcome == "skipped" for case in cases):
        return "every test was skipped: nothing was tested"
    return ""


def _cause(log: str) -> str:
    """The line that says it: pytest goes on after its internal error, and repeats what it did not take."""
    lines = log.splitlines()
    internal = [line.removeprefix("INTERNALERROR>").strip() for line in lines if line.startswith("INTERNALERROR>")]
    errors = [line for line in lines if line.startswith("ERROR: ")]
    # An exception's own text may go on over lines; its first one has the name of the exception before a colon.
    named = [line for line in internal if line.partition(":")[0].isidentifier()]
    return last_line("\n".join(named or internal or errors or lines))


def read_hardware(out: Path, host: Hardware) -> Hardware:
    """The devices as the tests saw them; what only the machine knows, such as its driver, from `host`.

    Everything is unknown where no test came to see a device.
    """
    try:
        with (out / SEEN).open("rb") as file:
            seen = wire.decode(Seen, json.loads(file.read(_MOST)))
    except (OSError, ValueError, RecursionError):
        return Hardware(class_="", backend="")
    kinds = tuple(bound(kind, 200) for kind in seen.kinds[:20])
    memory_gb = max(seen.memory_bytes, 0) / 1e9
    if host.backend == seen.platform:
        features = tuple(dict.fromkeys((*host.features, *(kind for kind in kinds if kind != seen.platform))))
        known = replace(host, count=seen.devices, features=features, memory_gb=memory_gb or host.memory_gb)
        return replace(known, simulated=seen.platform == "cpu" and seen.devices > 1)
    return Hardware(
        class_="cpu" if seen.platform == "cpu" else "gpu",
        vendor=_VENDORS.get(seen.platform, ""),
        architecture=f"gpu_{seen.platform}" if seen.platform in _VENDORS else "",
        backend=bound(seen.platform, 50),
        count=seen.devices,
        memory_gb=memory_gb,
        features=kinds,
        driver=bound(seen.version, 200),
        simulated=seen.platform == "cpu" and seen.devices > 1,
    )
