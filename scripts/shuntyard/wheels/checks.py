"""What others' tools find in wheels and source distributions: each finding one line with its file and its rule."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from shuntyard.wheels import archive, repair
from shuntyard.wheels.expect import missing
from shuntyard.wheels.faults import StepFailedError
from shuntyard.wheels.ledger import Finding, Ledger
from shuntyard.wheels.names import normal, read_sdist, read_wheel

_TIMEOUT_S = 300
_BUNDLED = ".libs/"  # the folder that auditwheel makes; it holds no modules, and is not in the sources
_AMONG_OTHERS = ("W009", "W010", "W101", "W102")  # rules that list entries, of which bundled libraries are no fault
_NOT_IN_SOURCES = "W102"  # what is compiled is never in the source tree
_CONTENTS = re.compile(r"^(?P<file>.+?): (?P<rule>W[0-9]{3}): (?P<message>.*)$")
_DISTCHECK = re.compile(r"^[0-9]+\. \[(?P<rule>[a-z0-9-]+)\] (?P<message>.*)$")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked of packages. `expect` maps normalised projects to what their wheels must hold; `sources` to their
    unpacked source distributions; `exclude` are libraries that a machine has to have; `without` are checks left out."""

    expect: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sources: Mapping[str, Path] = field(default_factory=dict)
    exclude: Sequence[str] = ()
    without: Sequence[str] = ()


class Subject(NamedTuple):
    """One file that is checked; tools run in `folder`, where they find the project's settings (pyproject.toml)."""

    file: Path
    project: str
    folder: Path
    terms: Terms
    env: Mapping[str, str]

    def finding(self, check: str, rule: str, message: str) -> Finding:
        """A finding in this file."""
        return Finding(check=check, file=self.file.name, rule=rule, message=message)


def check_files(files: Sequence[Path], terms: Terms, ledger: Ledger, env: Mapping[str, str], base: Path) -> None:
    """Each check of each file as a case of the ledger; `base` is the folder for tools without sources."""
    for file in files:
        is_wheel = file.suffix == ".whl"
        project = read_wheel(file.name).project if is_wheel else read_sdist(file.name)[0]
        case = read_wheel(file.name).case if is_wheel else f"{project}[sdist]"
        subject = Subject(file, project, terms.sources.get(project, base), terms, env)
        checks = WHEEL_CHECKS if is_wheel else SDIST_CHECKS
        for name in [name for name in checks if name not in terms.without]:
            with ledger.check(f"{name}::{case}") as found:
                found.extend(checks[name](subject))
    for project in sorted(set(terms.expect) - {normal(f.name.split("-")[0]) for f in files if f.suffix == ".whl"}):
        with ledger.check(f"expect::{project}") as found:
            found.append(Finding(check="expect", file=project, rule="no-wheel", message="there is no wheel of it"))


def _record(subject: Subject) -> Iterator[Finding]:
    for rule, message in archive.record_faults(subject.file):
        yield subject.finding("record", rule, message)


def _expect(subject: Subject) -> Iterator[Finding]:
    for wanted in missing(archive.members(subject.file), subject.terms.expect.get(subject.project, ())):
        yield subject.finding("expect", "missing", f"{wanted} is expected and is not in the wheel")


def _auditwheel(subject: Subject) -> Iterator[Finding]:
    if read_wheel(subject.file.name).platform != "any":
        told = ask("auditwheel", ["show", "--json", str(subject.file)], subject, codes=(0,)).out
        yield from repair.findings(subject.file, told, subject.terms.exclude)


def _twine(subject: Subject) -> Iterator[Finding]:
    said = ask("twine", ["check", "--strict", str(subject.file)], subject, codes=(0, 1))
    told = said.out + said.err
    if "FAILED" in told or "PASSED" not in told:
        lines = [line.strip() for line in told.splitlines() if line.strip() and not line.startswith("Checking ")]
        yield subject.finding("twine", "long-description", " ".join(lines) or "failed")


def _contents(subject: Subject) -> Iterator[Finding]:
    tree: list[str] = []
    if subject.project in subject.terms.sources:
        tree = ["--src-dir", "src"] if (subject.folder / "src").is_dir() else _packages(subject)
    told = ask("check-wheel-contents", [*tree, str(subject.file)], subject, codes=(0, 1)).out
    yield from contents_findings(subject.file.name, told)


def contents_findings(name: str, told: str) -> Iterator[Finding]:
    """The lines of check-wheel-contents, without what `auditwheel repair` put there."""
    blocks: list[tuple[re.Match[str], list[str]]] = []
    for line in told.splitlines():
        match = _CONTENTS.match(line)
        if match:
            blocks.append((match, []))
        elif line.startswith("  ") and blocks:
            blocks[-1][1].append(line.strip())
    for match, entries in blocks:
        rule, left = match["rule"], [entry for entry in entries if _BUNDLED not in entry]
        if rule == _NOT_IN_SOURCES:
            left = [entry for entry in left if not entry.endswith((".so", ".pyd", ".dylib"))]
        if rule in _AMONG_OTHERS and entries and len(left) <= (rule == "W009"):
            continue
        text = " ".join([match["message"], ", ".join(left)]).strip()
        yield Finding(check="check-wheel-contents", file=name, rule=rule, message=text)


def _packages(subject: Subject) -> list[str]:
    """The wheel's own packages that lie at the top of the sources, to compare them with."""
    tops = {member.split("/")[0] for member in archive.members(subject.file)}
    found = [top for top in sorted(tops) if (subject.folder / top / "__init__.py").is_file()]
    return [part for top in found for part in ("--package", top)]


def _pydistcheck(subject: Subject) -> Iterator[Finding]:
    for line in ask("pydistcheck", [str(subject.file)], subject, codes=(0, 1)).out.splitlines():
        if match := _DISTCHECK.match(line):
            yield subject.finding("pydistcheck", match["rule"], match["message"])


class Said(NamedTuple):
    """What a tool wrote."""

    out: str
    err: str


def ask(tool: str, argv: Sequence[str], subject: Subject, *, codes: Sequence[int]) -> Said:
    """What a tool of the toolkit's environment says. Raises StepFailedError when it does not work at all."""
    folder = Path(sys.executable).parent
    kept = {name: value for name, value in subject.env.items() if not name.startswith("PYTHON")}
    path = os.pathsep.join([str(folder), subject.env.get("PATH", os.defpath)])
    full = {**kept, "PATH": path, "NO_COLOR": "1", "COLUMNS": "1000", "TERM": "dumb"}
    command = [str(folder / tool), *argv]
    try:
        done = subprocess.run(
            command, cwd=subject.folder, env=full, capture_output=True, timeout=_TIMEOUT_S, check=False
        )
    except FileNotFoundError as error:
        raise StepFailedError(f"{tool} is not in {folder}; run setup-toolkit with 'set: images'", "error") from error
    except subprocess.TimeoutExpired as error:
        raise StepFailedError(f"{tool} did not answer within {_TIMEOUT_S} s", "error") from error
    out, err = (_COLOUR.sub("", each.decode(errors="replace")) for each in (done.stdout, done.stderr))
    if done.returncode not in codes or "Traceback (most recent call last)" in err:
        raise StepFailedError(f"{tool} failed (exit {done.returncode}): {(err or out).strip()[-2000:]}", "error")
    return Said(out, err)


WHEEL_CHECKS = {
    "record": _record,
    "expect": _expect,
    "auditwheel": _auditwheel,
    "check-wheel-contents": _contents,
    "twine": _twine,
    "pydistcheck": _pydistcheck,
}
SDIST_CHECKS = {"twine": _twine, "pydistcheck": _pydistcheck}
