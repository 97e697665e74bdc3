"""Which Pythons are on a machine, wherever they are kept: PATH, manylinux images, pyenv, uv, tool caches."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shuntyard.errors import ShuntyardError
from shuntyard.options import words

_VERSION = re.compile(r"3\.[0-9]{1,2}t?")
_KNOWN = tuple(f"3.{minor}" for minor in range(9, 17))
QUESTION = (
    "import json, os, sys, sysconfig as s; p = s.get_path('include'); "
    "print(json.dumps(['%d.%d' % sys.version_info[:2] + ('t' if s.get_config_var('Py_GIL_DISABLED') else ''), "
    "sys.executable, os.path.exists(os.path.join(p, 'Python.h')), s.get_config_var('CFLAGS') or '']))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Python:
    """An interpreter: `version` as in 3.12, `headers` whether C extensions can be built with it, `cflags` what its
    own builds of them start from."""

    version: str
    program: str
    headers: bool = True
    cflags: str = ""


def read_versions(text: str) -> list[str]:
    """`3.11 3.12`, each once. Raises ShuntyardError."""
    versions = list(dict.fromkeys(words(text)))
    for version in versions:
        if not _VERSION.fullmatch(version):
            raise ShuntyardError(f"the Python {version!r} is not understood", hint="write versions such as 3.11 3.12")
    return versions


def find(version: str, env: Mapping[str, str]) -> Python | None:
    """The interpreter of that version; one with headers where there is a choice."""
    found = [python for program in _candidates(version, env) if (python := ask([program], env, version))]
    return next((python for python in found if python.headers), found[0] if found else None)


def find_all(versions: Sequence[str], env: Mapping[str, str], *, skip: bool) -> tuple[list[Python], list[str]]:
    """The interpreters, and the versions that are not here. Raises ShuntyardError for those unless they may be."""
    found = {version: find(version, env) for version in versions}
    missing = [version for version, python in found.items() if python is None]
    if missing and (not skip or len(missing) == len(versions)):
        there = ", ".join(known for known in _KNOWN if find(known, env)) or "none"
        raise ShuntyardError(
            f"Python {', '.join(missing)} is not on this machine; there is {there}",
            hint="install it, leave it out of 'pythons', or set 'missing: skip'",
        )
    return [python for python in found.values() if python], missing


def ask(argv: Sequence[str], env: Mapping[str, str], version: str) -> Python | None:
    """The interpreter that this starts, when it starts one of that version. (pyenv's shims start and then refuse.)"""
    command = [*argv, "-I", "-c", QUESTION]
    try:
        done = subprocess.run(command, env=dict(env), capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer(done.stdout.decode(errors="replace"), version)


def answer(text: str, version: str) -> Python | None:
    """The interpreter from its answer to QUESTION; None when it is of another version."""
    try:
        is_version, program, headers, cflags = json.loads(text)
    except ValueError:
        return None
    if is_version != version:
        return None
    return Python(version=version, program=str(program), headers=bool(headers), cflags=str(cflags))


def own_version() -> str:
    """Of the Python that this runs in."""
    return f"3.{sys.version_info.minor}"


def in_manylinux(version: str) -> str:
    """Where manylinux and musllinux images keep it."""
    tag, thread = version.replace(".", "").removesuffix("t"), "t" if version.endswith("t") else ""
    return f"/opt/python/cp{tag}-cp{tag}{thread}/bin/python"


def _candidates(version: str, env: Mapping[str, str]) -> Iterator[str]:
    name = f"python{version}"
    for folder in env.get("PATH", os.defpath).split(os.pathsep):
        yield os.path.join(folder or ".", name)  # noqa: PTH118 - an empty PATH element is the folder we are in
    yield in_manylinux(version)
    home = Path(env.get("HOME") or "/nonexistent")
    data = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share")
    below = [
        (Path(env.get("PYENV_ROOT") or home / ".pyenv", "versions"), f"{version}.*/bin/{name}"),
        (Path(env.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python"), f"cpython-{version}*/bin/{name}"),
    ]
    cache = env.get("RUNNER_TOOL_CACHE") or env.get("AGENT_TOOLSDIRECTORY")
    if cache:
        below.append((Path(cache, "Python"), f"{version}.*/*/bin/{name}"))
    for root, pattern in below:
        yield from (str(path) for path in sorted(root.glob(pattern), reverse=True))
