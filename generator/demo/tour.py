"""The demo from its beginning to its verdicts: reads as what it shows."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from generator import verdicts
from generator.commands import Verb, alerts, dashboard, history, rehearse
from generator.demo.project import fetch, make_repository
from generator.demo.slow import slowed
from shuntyard.analyses.query import Scope
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.stats.ab import AbResult

PIPELINE = "python-runner-ab"
VARIABLE = "SHUNTYARD_FLAGS"


def run(arguments: argparse.Namespace) -> int:
    example = arguments.root / "examples" / "pluggy"
    work = (arguments.work or Path(".shuntyard", "-".join(["demo", *arguments.slow]))).resolve()
    kept, hub = work / "history", work / "hub"
    _say("1/5  fetching a project: the source distribution named in examples/pluggy/sdist.txt")
    archive = fetch(example / "sdist.txt", work / "sdist")
    _say(f"2/5  making {archive.name} a git repository with one caller workflow")
    repository = make_repository(archive, slowed(_files(example), arguments.slow), work / "repository")
    _say(f"3/5  rehearsing {PIPELINE} on it, both arms 20 times, in turn")
    began = datetime.now(timezone.utc).replace(tzinfo=None)
    command = [PIPELINE, "--repository", str(repository), "--event", "push", "--output", str(work / "results")]
    code = _verb(rehearse, [*command, "--json", str(work / "rehearsal.json")], arguments)
    report = work / "results" / "artifacts" / f"{PIPELINE}-report"
    if code != EXIT_GOOD or not report.is_dir():
        return code
    _say("\n4/5  appending what it measured to the history")
    _verb(history, ["append", str(report), "--history", str(kept)], arguments)
    _say("\n5/5  judging: the A/B, the alerts, the dashboard")
    result = verdicts.judge(str(kept), Scope(since=began))
    print(verdicts.told(result))
    print()
    _verb(
        alerts, ["check", "--history", str(kept), "--hub", f"local:{hub}", "--log", str(work / "log.jsonl")], arguments
    )
    flags = _flags(hub)
    print(f"flags: {flags or 'as in matrices/suites.yml; no alert changed any'}")
    _verb(dashboard, ["--history", str(kept), "--output", str(work / "dashboard.html")], arguments)
    return _judged(result, arguments.slow, flags)


def _files(example: Path) -> dict[str, str]:
    """What the example adds to the project: one caller workflow."""
    paths = (path for path in (example / ".github").rglob("*") if path.is_file())
    return {path.relative_to(example).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _verb(verb: Verb, words: Sequence[str], arguments: argparse.Namespace) -> int:
    """Another verb, as its command line would run it."""
    parser = argparse.ArgumentParser()
    verb.configure(parser)
    return verb.run(parser.parse_args([*words], argparse.Namespace(root=arguments.root)))


def _flags(hub: Path) -> str:
    """The variable that keeps flags, in the demo's hub; empty where nobody set it."""
    path = hub / "variables.json"
    return str(json.loads(path.read_text(encoding="utf-8")).get(VARIABLE, "")) if path.is_file() else ""


def _judged(result: AbResult, slow: Sequence[str], flags: str) -> int:
    """Whether what was slowed down on purpose, and nothing else, was found out."""
    if not slow:
        return EXIT_GOOD
    regressed = {group.config for group in result.groups if group.verdict == "regressed"}
    expected = {f"{config}=off" for config in slow}
    return EXIT_GOOD if regressed == set(slow) and set(flags.split()) == expected else EXIT_PROBLEMS


def _say(text: str) -> None:
    """Progress, for people who wait."""
    print(text, file=sys.stderr, flush=True)
