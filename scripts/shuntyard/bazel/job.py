"""What one row is: where it runs, with what, and where its results go. Read once from inputs, environment, checkout."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shuntyard.bazel.credentials import Secrets, check_secrets, without_secrets
from shuntyard.bazel.inputs import CERT, KEY
from shuntyard.bazel.options import Options, read_options
from shuntyard.console import Console
from shuntyard.contract import Value
from shuntyard.errors import ShuntyardError
from shuntyard.evidence import artifact_name
from shuntyard.ingest.facts import results_folder
from shuntyard.locate import run_key
from shuntyard.options import read_instance
from shuntyard.plan import Row, Shard
from shuntyard.result import RunKey
from shuntyard.unit import check_name, read_unit

# Set in a container by the run outside: the folder with the credentials, and the image's name.
CERTIFICATE, INSIDE = "SHUNTYARD_BAZEL_CREDENTIALS", "SHUNTYARD_BAZEL_IMAGE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row on its way. `folder` is `<results>/<row id>/r1`; `wheelhouse` is None where no wheels are expected;
    `inside` is the image's name in the run inside of a container, `given` the folder of credentials there."""

    checkout: Path
    workspace: Path
    results: Path
    folder: Path
    artifact: str
    pipeline: str
    row: Row
    shard: Shard
    key: RunKey
    options: Options
    secrets: Secrets
    program: str
    wheelhouse: Path | None
    env: Mapping[str, str]
    console: Console
    echo: BinaryIO | None
    given: Path | None = None
    inside: str = ""


def read_job(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Job:
    """The job; makes its folder anew. Raises ShuntyardError that names the input or secret at fault."""
    unit = read_unit(str(inputs["unit"]))
    if len(unit.rows) != 1:
        raise ShuntyardError(f"the unit {unit.id!r} has {len(unit.rows)} rows", hint="run-bazel runs one row a job")
    row, checkout = unit.rows[0], Path.cwd()
    pipeline, instance = str(inputs["pipeline"]), read_instance(str(inputs["instance"]))
    if pipeline:
        check_name("the pipeline", pipeline)
    workspace = _below(checkout, str(inputs["working-directory"]), "working-directory")
    options = read_options(inputs, row, checkout)
    given = Path(env[CERTIFICATE]) if env.get(CERTIFICATE) else None
    executor = options.remote.executor if options.remote.needs_credentials and not given else ""
    secrets = check_secrets({CERT: str(inputs["rbe-cert"]), KEY: str(inputs["rbe-key"])}, executor)
    artifact = artifact_name(pipeline, instance, unit.id)
    results = results_folder(str(inputs["results"]), env, artifact).absolute()
    house = str(inputs["wheelhouse"])
    return Job(
        checkout=checkout,
        workspace=workspace,
        results=results,
        folder=_fresh(results / row.id / "r1"),
        artifact=artifact,
        pipeline=pipeline,
        row=row,
        shard=unit.shard,
        key=run_key(checkout, env, row.id),
        options=options,
        secrets=secrets,
        program=str(inputs["bazel"]),
        wheelhouse=_below(checkout, house, "wheelhouse", there=False) if house else None,
        env=without_secrets(env, secrets),
        console=Console(in_ci=bool(env.get("GITHUB_ACTIONS"))),
        echo=getattr(sys.stdout, "buffer", None),
        given=given,
        inside=env.get(INSIDE, ""),
    )


def find_bazel(job: Job) -> str:
    """The program's path. Raises ShuntyardError where it is not there."""
    for name in [job.program] if job.program else ["bazelisk", "bazel"]:
        path = str(job.workspace / name) if "/" in name else name
        if found := shutil.which(path, path=job.env.get("PATH")):
            return found
    what = repr(job.program) if job.program else "neither bazelisk nor bazel"
    raise ShuntyardError(f"{what} is {'not ' if job.program else ''}there to be run", hint="set input 'bazel'")


def _below(checkout: Path, name: str, what: str, *, there: bool = True) -> Path:
    path = (checkout / name).resolve()
    if not path.is_relative_to(checkout.resolve()) or (there and not path.is_dir()):
        raise ShuntyardError(f"input {what!r} is {name!r}", hint="name a folder inside the checkout")
    return path


def _fresh(folder: Path) -> Path:
    """The row's folder, empty: an earlier run's results would count as this one's."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        raise ShuntyardError(f"the folder for results cannot be made: {error}", hint="set input 'results'") from error
    return folder
