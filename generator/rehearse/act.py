"""act: how it is called, and what its steps get to see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.rehearse import machine

DEAD_PROXY = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call of act. `mapped` is owner/name@ref → folder, `secrets` and `variables` files of NAME=value lines."""

    program: str
    event: str
    payload: Mapping[str, object]
    workflow: Path
    repository: Path
    folder: Path
    mapped: Mapping[str, Path]
    labels: tuple[frozenset[str], ...]
    default_branch: str
    jobs_at_once: int
    keep: bool
    run_id: str
    secrets: Path | None = None
    variables: Path | None = None


def version(program: str) -> str:
    """As in `0.2.89`."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip().removeprefix("act version ")


def command(call: Invocation) -> list[str]:
    """The command line. Every file that act would look for by itself is named, so that it finds no one's settings."""
    payload = call.folder / "event.json"
    payload.write_text(json.dumps(call.payload, indent=2), encoding="utf-8")
    nothing = call.folder / "nothing"
    nothing.touch()
    read = {"env": nothing, "secret": call.secrets or nothing, "var": call.variables or nothing, "input": nothing}
    files = [option for name, path in read.items() for option in (f"--{name}-file", str(path))]
    mapped = [option for name, place in call.mapped.items() for option in ("--local-repository", f"{name}={place}")]
    # act fetches what it is not given; its own way out is closed (see `environment`), and opened again for the steps.
    proxies = [option for name in machine.PROXIES for option in ("--env", f"{name}={os.environ.get(name, '')}")]
    return [
        call.program, call.event, "-C", str(call.repository), "-W", str(call.workflow), "-e", str(payload), "--json",
        "--no-cache-server", "--use-gitignore=false", "--concurrent-jobs", str(call.jobs_at_once),
        "--defaultbranch", call.default_branch, *([] if call.keep else ["--rm"]),
        *files, *machine.platform_options(call.labels), *mapped, *proxies,
        "--env", f"GITHUB_RUN_ID={call.run_id}",  # in the github context too; act's own is always 1
    ]  # fmt: skip


def environment(folder: Path, home: Path, path: str, standin_runner: Path) -> dict[str, str]:
    """act's environment, which every step inherits: act itself must not reach the network."""
    passed = machine.job_environment(os.environ)
    closed = {name: DEAD_PROXY for name in machine.PROXIES if not name.lower().startswith("no_")}
    return {
        **passed,
        **closed,
        "NO_PROXY": "",
        "no_proxy": "",
        "HOME": str(home),
        "PATH": path,
        "SHUNTYARD_REHEARSAL": str(folder),
        "SHUNTYARD_REHEARSAL_PYTHON": sys.executable,
        "SHUNTYARD_REHEARSAL_RUN": str(standin_runner),
    }
