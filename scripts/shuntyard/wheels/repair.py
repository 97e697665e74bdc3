"""auditwheel: what a wheel needs of the machine that it is installed on, and the libraries that it must bring along."""

from __future__ import annotations

import fnmatch
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shuntyard.wheels.faults import StepFailedError
from shuntyard.wheels.ledger import Finding
from shuntyard.wheels.names import read_wheel
from shuntyard.wheels.place import Place

_CHECK = "auditwheel"
_OLD = {"manylinux1": "manylinux_2_5", "manylinux2010": "manylinux_2_12", "manylinux2014": "manylinux_2_17"}  # PEP 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """How to repair: `platform` as in manylinux_2_28_x86_64, or auto for the most that the wheel meets.

    `exclude` are the libraries that the machine has to have, such as a driver's (`libamdhip64.so*`).
    """

    platform: str = "auto"
    exclude: tuple[str, ...] = ()
    strip: bool = True


def repair(wheel: Path, out: Path, how: Repair, place: Place, env: Mapping[str, str]) -> Path:
    """The repaired wheel in `out`; one for any platform, or already for manylinux, is copied as it is."""
    platform = read_wheel(wheel.name).platform
    folder = out / wheel.name.removesuffix(".whl")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if not platform.startswith("linux_"):
        return Path(shutil.copyfile(wheel, folder / wheel.name))
    options = [part for name in how.exclude for part in ("--exclude", name)] + (["--strip"] if how.strip else [])
    command = [*place.auditwheel(), "repair", "--plat", how.platform, *options, "--wheel-dir", str(folder), str(wheel)]
    place.run(f"the repair of {wheel.name}", command, cwd=out, env=env, log=f"repair-{wheel.name}")
    found = sorted(folder.glob("*.whl"))
    if len(found) != 1:
        raise StepFailedError(f"auditwheel made {len(found)} wheels of {wheel.name}, not one")
    return found[0]


def findings(wheel: Path, shown: str, exclude: Sequence[str] = ()) -> list[Finding]:
    """What `auditwheel show --json` says against the wheel's own tag.

    A tag is a promise (PEP 600): a manylinux wheel that needs newer symbols, or libraries that the policy does not
    list, fails to load on some machines that pip installs it on. `exclude` are libraries that a machine has to have.
    """
    try:
        told = json.loads(shown)
        external, overall, symbols = list(told["external_libs"]), str(told["overall_tag"]), str(told["sym_tag"])
    except (ValueError, KeyError, TypeError) as error:
        return [Finding(check=_CHECK, file=wheel.name, rule="unreadable", message=f"it said no JSON: {error}")]
    tags = read_wheel(wheel.name).platform.split(".")
    needs = sorted(name for name in external if not any(fnmatch.fnmatch(name, each) for each in exclude))
    meets = symbols if external and not needs else overall
    if needs:
        text = f"needs {', '.join(needs)}, which no manylinux policy promises: repair it, or exclude them"
        return [Finding(check=_CHECK, file=wheel.name, rule="external-library", message=text)]
    if any(tag.startswith("linux_") for tag in tags):
        text = f"is tagged {'.'.join(tags)}, which says nothing of the machine that it needs; it meets {meets}"
        return [Finding(check=_CHECK, file=wheel.name, rule="platform-tag", message=text)]
    if not any(_at_most(meets, tag) for tag in tags):
        text = f"is tagged {'.'.join(tags)} and meets only {meets}"
        return [Finding(check=_CHECK, file=wheel.name, rule="platform-tag", message=text)]
    return []


def _at_most(meets: str, tag: str) -> bool:
    """Whether a wheel that meets one tag may carry the other: the same family and machine, and no older a libc."""
    one, other = _policy(meets), _policy(tag)
    return bool(one and other and (one[0], one[2]) == (other[0], other[2]) and one[1] <= other[1])


def _policy(tag: str) -> tuple[str, tuple[int, int], str] | None:
    """`manylinux_2_28_x86_64` as (manylinux, (2, 28), x86_64); None for what is no such tag."""
    for old, new in _OLD.items():
        tag = f"{new}{tag[len(old) :]}" if tag.startswith(f"{old}_") else tag
    match = re.fullmatch(r"(manylinux|musllinux)_([0-9]{1,3})_([0-9]{1,3})_(\w+)", tag)
    return (match[1], (int(match[2]), int(match[3])), match[4]) if match else None
