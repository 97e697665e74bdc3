"""Where Bazel leaves a test's files, and what that says: `<testlogs>/<package>/<target>/[shard and run/][attempt]`.

Source: bazel.build, "Test encyclopedia" and "Output directory layout"; TestStrategy and TestRunnerAction of Bazel.

    pkg/x_test/test.xml
    pkg/x_test/shard_1_of_3/test.xml
    pkg/x_test/run_1_of_2/test.xml
    pkg/x_test/shard_1_of_3_run_1_of_2/test_attempts/attempt_1.xml      the last attempt's is test.xml itself
    external/jax/tests/pmap_test/test.xml                               @jax//tests:pmap_test
"""

from __future__ import annotations

import re
from typing import NamedTuple

_TESTLOGS = re.compile(r"(?:^|/)(?:bazel-)?testlogs/(.+)$")
_FOLDER = re.compile(r"(?:shard_(\d{1,6})_of_(\d{1,6}))?(?:(?:^|_)run_(\d{1,6})_of_(\d{1,6}))?")
_ATTEMPT = re.compile(r"attempt_(\d{1,6})\.xml")
LAST = 2**31 - 1


class Place(NamedTuple):
    """A test.xml: the target's folder below testlogs, which shard and run, which attempt (LAST for what counts)."""

    folder: str
    shard: int = 1
    shards: int = 1
    run: int = 1
    runs: int = 1
    attempt: int = LAST

    @property
    def label(self) -> str:
        """The label of a target without a slash in its name: nobody can tell where the package ends otherwise."""
        folders, repository = self.folder.split("/"), ""
        if len(folders) > 2 and folders[0] == "external":
            repository, folders = f"@{folders[1]}", folders[2:]
        return f"{repository}//{'/'.join(folders[:-1])}:{folders[-1]}"


def folder_of(label: str) -> str:
    """Where a target's files lie below testlogs."""
    repository, _, rest = label.partition("//")
    package, _, target = rest.partition(":")
    name = repository.lstrip("@")
    return "/".join(filter(None, (name and f"external/{name}", package, target or package.rpartition("/")[2])))


def place_of(path: str) -> Place | None:
    """What a path says; None when it lies in no folder called testlogs or bazel-testlogs."""
    match = _TESTLOGS.search(path.replace("\\", "/"))
    if not match:
        return None
    *folders, name = match[1].split("/")
    attempt = LAST
    if folders and folders[-1] == "test_attempts":
        folders.pop()
        numbered = _ATTEMPT.fullmatch(name)
        attempt = int(numbered[1]) if numbered else LAST
    numbers = ["1", "1", "1", "1"]
    if folders and folders[-1] and (part := _FOLDER.fullmatch(folders[-1])):
        folders.pop()
        numbers = [text or "1" for text in part.groups()]
    if not folders:
        return None
    shard, shards, run, runs = map(int, numbers)
    return Place("/".join(folders), shard, shards, run, runs, attempt)


def case_of(label: str, shard: int = 1, shards: int = 1, run: int = 1, runs: int = 1) -> str:
    """The id of a target's own row in the results."""
    parts = [f"shard {shard} of {shards}"] * (shards > 1) + [f"run {run} of {runs}"] * (runs > 1)
    return f"{label} ({', '.join(parts)})" if parts else label


def prefix_of(place: Place, label: str) -> str:
    """What the ids of the target's cases begin with: runs are told apart, shards are not, because each case is in one.

    Without it, cases of one name in two targets would be one.
    """
    return case_of(label or place.label, run=place.run, runs=place.runs)


def is_made_by_bazel(place: Place, cases: list[str]) -> bool:
    """Whether the document is the one that Bazel writes where the test wrote none: one case, called like the target.

    Of another repository, Bazel 4 keeps `external/` in that name, and later ones do not.
    """
    if len(cases) != 1:
        return False
    parts = place.folder.split("/")
    plain = "/".join(parts[1:] if len(parts) > 2 and parts[0] == "external" else parts)
    return any(cases[0] in (name, f"{name}_shard_{place.shard}/{place.shards}") for name in (plain, place.folder))
