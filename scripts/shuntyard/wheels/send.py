"""The whole of publish_packages: only what passed, only what is whole, and the same twice is the same once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shuntyard import handover
from shuntyard.errors import ShuntyardError
from shuntyard.handover import Handover
from shuntyard.passed import passed_rows, read_report
from shuntyard.wheels import index, names, outputs
from shuntyard.wheels.login import Login
from shuntyard.wheels.upload import Sent, send

EXIT_DOWN = 4
NO_REPORT = "none"
_PYTHON = "python"


@dataclass(slots=True)
class Receipt:
    """What became of each file: uploaded, already there, or would be."""

    uploaded: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def open_packages(folder: Path, axes: Mapping[str, str]) -> Handover:
    """The hand-over, whole to the last byte, and made for these axes. Raises ShuntyardError."""
    found = handover.read(folder, kind=outputs.KIND)
    for name, value in axes.items():
        if name != _PYTHON and found.axes.get(name, value) != value:
            text = f"the hand-over is for {name} {found.axes[name]}, not {value}"
            raise ShuntyardError(text, hint="download the artifact that carries these axes")
    for path in found.paths():
        (names.read_wheel if path.suffix == ".whl" else names.read_sdist)(path.name)
    return found


def why_not(packages: Handover, report: str, axes: Mapping[str, str]) -> str:
    """Why these packages may not go out; empty when every row that tested one of them passed.

    A wheel of one Python answers to the rows of that Python, where the matrix has such an axis; one for any Python to
    the rows of all. Raises ShuntyardError for a report that cannot be read.
    """
    if report == NO_REPORT:
        return ""
    file = Path(report)
    has_python = any(_PYTHON in row.values for row in read_report(file).rows)
    common = {name: value for name, value in {**packages.axes, **axes}.items() if name != _PYTHON}
    for path in packages.paths():
        python = names.read_wheel(path.name).python_version if path.suffix == ".whl" else ""
        wanted = {**common, **({_PYTHON: python} if python and has_python else {})}
        passed = passed_rows(file, wanted)
        if not passed.good:
            return f"{path.name}: {passed.why_not}"
    return ""


def publish(packages: Handover, login: Login, env: Mapping[str, str], receipt: Receipt, *, tries: int) -> None:
    """Uploads what the index does not have. Raises ShuntyardError, after which `receipt` says what is there.

    Before anything is uploaded, every file that is there under the same name is found to be the same.
    """
    sums = {file.path: file.sha256 for file in packages.files}
    survey(packages.paths(), sums, login, receipt)
    while receipt.waiting:
        path = packages.folder / receipt.waiting[0]
        sent = send(path, login, env, tries=tries)
        if sent.result == "conflict" and _is_there(path, sums[path.name], login):
            receipt.already.append(path.name)
        elif sent.result == "uploaded":
            receipt.uploaded.append(path.name)
        else:
            raise _refusal(path.name, sent, login, receipt)
        receipt.waiting.pop(0)


def survey(paths: Sequence[Path], sums: Mapping[str, str], login: Login, receipt: Receipt) -> None:
    """Sorts the files into what is there and what waits. Raises ShuntyardError for one that is there and differs."""
    known: dict[str, Mapping[str, index.Held]] = {}
    for path in paths:
        wheel = path.suffix == ".whl"
        project = names.read_wheel(path.name).project if wheel else names.read_sdist(path.name)[0]
        try:
            if project not in known:
                known[project] = index.held(login, project)
            there = known[project].get(path.name)
            if there is None:
                receipt.waiting.append(path.name)
            elif index.sha256(login, there) == sums[path.name]:
                receipt.already.append(path.name)
            else:
                raise _differs(path.name, index.sha256(login, there), sums[path.name])
        except index.IndexUnknownError as error:
            receipt.waiting.append(path.name)
            receipt.notes.append(f"{path.name}: not known beforehand whether it is there: {error}")


def _is_there(path: Path, wanted: str, login: Login) -> bool:
    """After a refusal as a duplicate: whether what is there is this file. Raises ShuntyardError where it differs."""
    try:
        there = index.held(login, names.normal(path.name.split("-")[0])).get(path.name)
        found = index.sha256(login, there) if there else ""
    except index.IndexUnknownError:
        return False
    if found and found != wanted:
        raise _differs(path.name, found, wanted)
    return bool(found)


def _differs(name: str, there: str, ours: str) -> ShuntyardError:
    text = f"the index has another file called {name}: sha256 {there[:16]}… there, {ours[:16]}… here"
    return ShuntyardError(text, hint="a published file never changes: raise the version or the build tag", exit_code=1)


def _refusal(name: str, sent: Sent, login: Login, receipt: Receipt) -> ShuntyardError:
    done = f"{len(receipt.uploaded)} uploaded, {len(receipt.already)} there before, {len(receipt.waiting)} not uploaded"
    if sent.result == "denied":
        hint = f"check the secrets {login.password_secret} and TWINE_USERNAME: they must be allowed to upload {name}"
        return ShuntyardError(f"the index refuses the login ({done}):\n{sent.told}", hint=hint)
    if sent.result == "down":
        hint = "run this again later: what is there already is not uploaded twice"
        return ShuntyardError(f"the index is out of reach ({done}):\n{sent.told}", hint=hint, exit_code=EXIT_DOWN)
    local = "; public indexes take no local versions such as 1.0+rocm7.2.0, build with 'naming: build' for those"
    hint = f"nothing was retried{local if '+' in name else ''}"
    return ShuntyardError(f"the index refuses {name} ({done}):\n{sent.told}", hint=hint, exit_code=1)
