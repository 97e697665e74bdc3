"""`shuntyard rehearse`: a repository's calling workflow, run on this machine, and a verdict that claims no more."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from generator.load import load
from generator.rehearse import results
from generator.rehearse.progress import Progress
from generator.rehearse.rehearsal import rehearse
from generator.rehearse.scene import Order
from generator.rehearse.show import show
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS, ShuntyardError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SUMMARY = "run the workflow of a repository that calls a pipeline on this machine, and judge each row"
EPILOG = """examples:
  shuntyard rehearse python-runner-ab --repository ../project
  shuntyard rehearse python-runner-ab --repository . --event pull_request --label ciflow/python-runner
  shuntyard rehearse torch-spyre-device --repository . --event pull_request --action unlabeled
  shuntyard rehearse torch-spyre --repository . --event release --tag v1.2.0
  shuntyard rehearse test-matrix --repository . --row 'docs_test.*' --json verdict.json
  shuntyard rehearse torch-spyre --repository . --workflow publish.yml --event release --index http://127.0.0.1:8080/
  shuntyard rehearse nightly-rbe --repository . --checkout jax-ml/jax=../jax --secrets .secrets

The repository is copied with its uncommitted changes, and never changed. Exit code 0 means that at least one row ran
and nothing that the event selects failed, was skipped or could not be exercised here.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pipeline", help="a pipeline of matrices/ that the repository calls")
    parser.add_argument(
        "--repository", type=Path, required=True, metavar="DIR", help="a checkout of the repository that calls it"
    )
    parser.add_argument(
        "--workflow", default="", metavar="FILE", help="the calling workflow, where several call the pipeline"
    )
    parser.add_argument(
        "--event", default="", metavar="NAME", help="the event (default: the workflow's first that can be rehearsed)"
    )
    parser.add_argument(
        "--action", default="", metavar="NAME", help="what the event tells of, such as synchronize (default: the first)"
    )
    parser.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="L",
        help="a label put on the pull request, or with --action unlabeled taken off (repeatable)",
    )
    parser.add_argument("--tag", default="", metavar="T", help="the tag that is pushed, or released")
    parser.add_argument(
        "--row", action="append", default=[], metavar="GLOB", help="only rows whose id matches (repeatable)"
    )
    parser.add_argument(
        "--runner",
        action="append",
        default=[],
        metavar="NAME",
        help="run this runner's rows here all the same (repeatable)",
    )
    parser.add_argument(
        "--python",
        default="",
        metavar="PROGRAM",
        help="the Python of jobs that set up none (default: a fresh one in each job)",
    )
    parser.add_argument(
        "--checkout",
        action="append",
        default=[],
        metavar="OWNER/NAME=DIR",
        help="a clone of another repository that jobs check out (repeatable); its committed files are used",
    )
    parser.add_argument(
        "--secrets", type=Path, metavar="FILE", help='the secrets, a line each: NAME="value", with \\n for a line end'
    )
    parser.add_argument(
        "--variables", type=Path, metavar="FILE", help="the configuration variables (vars), written in the same way"
    )
    parser.add_argument(
        "--index", default="", metavar="URL", help="a package index on this machine: what is published goes there"
    )
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="jobs at once (default: 1, so that times are not disturbed)"
    )
    parser.add_argument(
        "--timeout", type=float, default=30.0, metavar="MINUTES", help="stop after this time (default: 30)"
    )
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="where results go (default: .shuntyard/rehearsals/PIPELINE)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the verdict there, as JSON")
    parser.add_argument("--keep", action="store_true", help="keep the temporary folder, and say where it is")


def run(arguments: argparse.Namespace) -> int:
    progress = Progress(sys.stderr)
    rehearsal = rehearse(load(arguments.root), _order(arguments), progress)
    results.write_json(rehearsal, Path(rehearsal.output) / results.FILE)
    if arguments.json:
        results.write_json(rehearsal, arguments.json)
    sys.stdout.write(show(rehearsal))
    return EXIT_GOOD if rehearsal.verdict == "passed" else EXIT_PROBLEMS


def _checkout(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    path = Path(folder)
    if not equals or name.count("/") != 1 or not path.is_dir():
        raise ShuntyardError(f"--checkout {text}", hint="write OWNER/NAME=DIR, with a folder that is there")
    return name, path.resolve()


def _values(path: Path | None) -> Path | None:
    if path is not None and not path.is_file():
        raise ShuntyardError(f"there is no file {path}", hint="write one NAME=value on each line")
    return path.resolve() if path else None


def _index(url: str) -> str:
    """Raises ShuntyardError for an address elsewhere: a rehearsal publishes nothing."""
    if not url:
        return ""
    parts = urlsplit(url)
    holds_login = bool(parts.username or parts.password)
    if parts.scheme not in ("http", "https") or parts.hostname not in LOOPBACK or holds_login:
        problem = "an address with a login" if holds_login else f"{url!r}, which is not on this machine"
        hint = "an index on this machine that asks for no password, such as http://127.0.0.1:8080/"
        raise ShuntyardError(f"--index is {problem}", hint=hint)
    return url


def _order(arguments: argparse.Namespace) -> Order:
    if arguments.jobs < 1 or not arguments.timeout > 0:
        raise ShuntyardError("--jobs and --timeout must be positive", hint="for example --jobs 2 --timeout 60")
    output = arguments.output or Path(".shuntyard") / "rehearsals" / arguments.pipeline
    return Order(
        pipeline=arguments.pipeline, repository=arguments.repository, workflow=arguments.workflow,
        event=arguments.event, action=arguments.action, labels=tuple(arguments.label), tag=arguments.tag,
        rows=tuple(arguments.row),
        runners=tuple(arguments.runner), python=arguments.python, secrets=_values(arguments.secrets),
        variables=_values(arguments.variables),
        checkouts=dict(_checkout(text) for text in arguments.checkout), jobs_at_once=arguments.jobs,
        index=_index(arguments.index), timeout_s=arguments.timeout * 60, output=output.resolve(), keep=arguments.keep,
        run_id=str(time.time_ns()),  # never twice, and too large to be a real run's
    )  # fmt: skip
