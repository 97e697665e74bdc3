"""Runs the row in one container: this very script, from a read-only mount, with the credentials mounted as files.

Wheels and Bazel's own files live and die in the container; the results' folder is this machine's.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from shuntyard.bazel.credentials import private_folder, write_certificate
from shuntyard.bazel.finish import finish
from shuntyard.bazel.image import Image
from shuntyard.bazel.inputs import INPUTS
from shuntyard.bazel.invoke import Ran
from shuntyard.bazel.job import CERTIFICATE, INSIDE, Job
from shuntyard.bazel.record import SUMMARY
from shuntyard.bazel.redact import Redacted, Redactor
from shuntyard.bazel.retry import pauses
from shuntyard.bazel.verdict import Verdict
from shuntyard.contract import Value
from shuntyard.engine import Container, Engine, Mount
from shuntyard.engine.leavings import drop_all_but_files
from shuntyard.errors import ShuntyardError
from shuntyard.proc.run import Finished, run

SCRIPTS, RESULTS, CREDENTIALS = "/shuntyard/scripts", "/shuntyard/results", "/shuntyard/credentials"
_OUTSIDE = frozenset({"image", "image-platform", "engine", "container-options", "container-python", "results"})
_PASSED_ON = ("GITHUB_ACTIONS", "GITHUB_REPOSITORY", "GITHUB_SHA", "GITHUB_REF", "GITHUB_EVENT_NAME", "GITHUB_RUN_ID",
              "GITHUB_RUN_ATTEMPT", "CI")  # fmt: skip
_GRACE_S = 15.0  # the run inside ends Bazel and writes its results meanwhile
_OVER_S = 300.0  # what the run inside may take beyond its own limit


def run_contained(
    job: Job, image: Image, inputs: Mapping[str, Value], script: Path, *, sleep: Callable[[float], object] = time.sleep
) -> None:
    """Runs the row in a container; results lie in the row's folder afterwards, whatever became of the container."""
    assert image.engine is not None
    with private_folder(job.checkout, job.env) as private:
        write_certificate(private, job.secrets)
        redactor = Redactor(job.secrets.values())
        try:
            _pull(job, image.engine, image.name, sleep)
            finished = _run(job, image, inputs, script, private, redactor)
        except ShuntyardError as error:
            verdict = Verdict("infrastructure", f"no container could be started: {error.message}")
            finish(job, [], verdict, [], private, redactor)
            return
        except KeyboardInterrupt:
            finished = Finished(exit_code=130, interrupted=True)
        drop_all_but_files(job.results)
        if not (job.folder / SUMMARY).exists():  # it is written last
            lost = _lost(finished, private)
            finish(job, [lost], lost.verdict, [], private, redactor)


def _pull(job: Job, engine: Engine, name: str, sleep: Callable[[float], object]) -> None:
    """Fetches the image; tries again where that fails. Raises ShuntyardError, also for another digest."""
    waits = pauses(job.options.backoff_s)
    for left in range(job.options.retries, -1, -1):
        try:
            digest = engine.pull(name)
            break
        except ShuntyardError as error:
            if not left:
                raise
            pause = next(waits)
            job.console.warn(f"another try in {pause:g} s: {error.message}", job.row.id)
            sleep(pause)
    if digest != name.rpartition("@")[2]:
        raise ShuntyardError(f"{name} came as {digest}", hint="the registry gave another image than was asked for")


def _run(
    job: Job, image: Image, inputs: Mapping[str, Value], script: Path, private: Path, redactor: Redactor
) -> Finished:
    assert image.engine is not None
    echo = Redacted(redactor, job.echo) if job.echo else None
    with image.engine.prepared(describe(job, image, inputs, script, private)) as prepared:
        finished = run(
            prepared.argv, env=prepared.env, cwd=job.checkout, log=private / "1.log",
            timeout_s=job.options.limit_s + _OVER_S, echo=cast("None", echo), grace_s=_GRACE_S,
        )  # fmt: skip
    if echo:
        echo.close()
    return finished


def describe(job: Job, image: Image, inputs: Mapping[str, Value], script: Path, private: Path) -> Container:
    """The container of a row. No secret is in its environment or on its command line."""
    scripts = script.resolve().parent
    env = {item.variable: _text(inputs[item.name]) for item in INPUTS if not item.secret and item.name not in _OUTSIDE}
    env |= {name: job.env[name] for name in _PASSED_ON if name in job.env}
    env |= {"INPUT_RESULTS": RESULTS, "INPUT_ENGINE": "none", INSIDE: image.name}
    mounts = [
        Mount(source=scripts, target=SCRIPTS),
        Mount(source=job.checkout, target=str(job.checkout), writable=True),
        Mount(source=job.results, target=RESULTS, writable=True),
    ]
    if job.secrets:
        mounts.append(Mount(source=private, target=CREDENTIALS))
        env[CERTIFICATE] = CREDENTIALS
    options = list(image.options)
    if job.wheelhouse and image.engine and image.engine.name != "buildah":  # it has no such mount
        job.wheelhouse.mkdir(parents=True, exist_ok=True)
        options.append(f"--mount=type=tmpfs,destination={job.wheelhouse}")
    return Container(
        image=image.name,
        argv=[image.python, "-SE", f"{SCRIPTS}/{script.name}"],
        name=f"shuntyard-{os.getpid()}-{time.time_ns() % 10**9}",
        mounts=mounts,
        env={name: value for name, value in env.items() if value},
        options=options,
        workdir=str(job.checkout),
    )


def give_back(job: Job) -> None:
    """What root in a container has made belongs to whoever owns the checkout: else the next checkout cannot clean."""
    if not job.inside or os.getuid() != 0:
        return
    for folder in (job.checkout, job.results):
        owner = folder.stat()
        if owner.st_uid == 0:
            continue
        for place, folders, files in os.walk(folder):
            for name in [*folders, *files]:
                path = Path(place, name)
                with contextlib.suppress(OSError):
                    if path.lstat().st_uid == 0:
                        os.lchown(path, owner.st_uid, owner.st_gid)


def _lost(finished: Finished, private: Path) -> Ran:
    """A container that ended without a result."""
    if finished.interrupted:
        verdict = Verdict("interrupted", "interrupted before the container had written a result")
    elif finished.timed_out:
        verdict = Verdict(
            "out of time", f"the container was stopped after {finished.duration_s:.0f} s, without a result"
        )
    else:
        how = finished.error or f"exit code {finished.exit_code}"
        verdict = Verdict("infrastructure", f"the container ended without a result: {how}")
    return Ran("container", "", verdict, finished, private / "1.log")


def _text(value: Value) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
