"""The way to a new pin: judge the history, find the commit that was tested, propose it in one pull request.

Which commit: a result records the commit of the tested repository, not upstream's. So it is the newest commit of
upstream's branch from before the newest green run began: what that run checked out has it, and perhaps a little more.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from shuntyard.contract import Value
from shuntyard.errors import ShuntyardError
from shuntyard.hub import Proposal
from shuntyard.hub.choose import GITHUB, open_hub
from shuntyard.hub.commits import Between, Commits, GitHubCommits, LocalCommits
from shuntyard.hub.marks import marked
from shuntyard.pinning.decide import Green, Rule, decide
from shuntyard.pinning.gather import gather
from shuntyard.pinning.pin import COMMIT, Line, pin_in, read_lines, read_text, replaced
from shuntyard.pinning.words import body, title
from shuntyard.store import Chosen, open_store

_RERUNS = timedelta(days=31)  # a re-run lies within them after its run's first attempt, which is needed as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What scripts/bump_pin.py was asked; `text` is the pin's whole file, `lines` the other files with it, `now` UTC
    without a zone."""

    history: str
    pipeline: str
    axis: str
    value: str
    rule: Rule
    pin: str
    text: str
    lines: tuple[Line, ...]
    upstream: str
    upstream_branch: str
    commit: str
    branch: str
    repository: str
    local: str
    dry_run: bool
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bumped:
    """What came of it, with the reason in a sentence."""

    proposed: bool
    reason: str
    version: str = ""
    url: str = ""


def read(inputs: Mapping[str, Value], *, now: datetime, checkout: Path) -> Asked:
    """The inputs and the pin's file. Raises ShuntyardError for what is missing or not understood."""
    texts = {name: str(value) for name, value in inputs.items()}
    least = float(inputs["least"])
    if not least.is_integer():
        raise ShuntyardError(f"least is {least:g}", hint="write a whole number of runs")
    if texts["upstream-ref"] and not COMMIT.fullmatch(texts["upstream-ref"]):
        raise ShuntyardError("upstream-ref is no commit", hint="write all of its 40 digits, or nothing")
    return Asked(
        history=texts["history"],
        pipeline=texts["of"],
        axis=texts["axis"],
        value=texts["stack"],
        rule=Rule(days=float(inputs["days"]), least=int(least), cadence_h=float(inputs["cadence-hours"])),
        pin=PurePosixPath(texts["pin"]).as_posix(),
        text=read_text(Path(texts["pin"]), checkout),
        lines=read_lines(texts["lines"], checkout),
        upstream=texts["upstream-repository"],
        upstream_branch=texts["upstream-branch"],
        commit=texts["upstream-ref"],
        branch=texts["branch"],
        repository=texts["repository"],
        local=texts["local"],
        dry_run=bool(inputs["dry-run"]),
        now=now,
    )


def bump(asked: Asked, env: Mapping[str, str]) -> Bumped:
    """Judges, and proposes where the time is come. Raises ShuntyardError where something refuses or stays away."""
    pinned = pin_in(asked.text, Path(asked.pin))
    green = judge(asked, env)
    if green.newest is None:
        return Bumped(proposed=False, reason=f"no new pin: {green.why}")
    commits = _commits(asked, env)
    commit = asked.commit or commits.newest(asked.upstream_branch, green.newest.began)
    if not COMMIT.fullmatch(commit):
        raise ShuntyardError(f"{asked.upstream} names {commit[:50]!r} as a commit", hint="check GITHUB_API_URL")
    between = commits.between(pinned if COMMIT.fullmatch(pinned) else f"v{pinned.removeprefix('v')}", commit)
    stays = _stays(pinned, commit, between)
    if stays:
        return Bumped(proposed=False, reason=f"no new pin: {stays}")
    files = {asked.pin: replaced(asked.text, pinned, commit)}
    files |= {each.file: each.replaced(pinned, commit) for each in asked.lines}
    reason = f"{green.why}: {pinned[:12]} can become {commit[:12]}"
    if asked.dry_run:
        return Bumped(proposed=False, reason=f"{reason} (dry run: nothing is proposed)", version=commit)
    told = body(asked.upstream, pinned, commit, between, green, chosen=bool(asked.commit), branch=asked.upstream_branch)
    proposal = Proposal(
        branch=asked.branch,
        title=title(asked.upstream, commit),
        body=marked(f"pin {asked.pin}", told),
        files=files,
    )
    made = open_hub(asked.local or GITHUB, env, asked.repository).propose(proposal)
    return Bumped(proposed=True, reason=reason, version=commit, url=made.address)


def judge(asked: Asked, env: Mapping[str, str]) -> Green:
    """Whether the runs were green for long enough. Raises ShuntyardError where a part of the history is unreadable:
    what a missing file says could be a failure."""
    since = asked.now - asked.rule.window
    repository = asked.repository or env.get("GITHUB_REPOSITORY", "")
    with open_store(asked.history).history(Chosen(since=since - _RERUNS, pipelines=(asked.pipeline,))) as history:
        runs = history.run(
            lambda connection: gather(
                connection,
                pipeline=asked.pipeline,
                axis=asked.axis,
                value=asked.value,
                since=since - _RERUNS,
                repository=repository,
            )
        )
        problems = history.problems
    if problems:
        told = f"{problems[0].where()}: {problems[0].message}"
        raise ShuntyardError(
            f"the history cannot be read whole: {told}", hint="mend or remove the file, then run again"
        )
    return decide(runs, asked.rule, asked.now)


def _stays(pinned: str, commit: str, between: Between) -> str:
    """Why the pin stays as it is; empty where it may change."""
    if commit == pinned or between.lie == "identical":
        return f"{pinned[:12]} is pinned already"
    if between.lie == "behind":
        return f"the pin {pinned[:12]} is newer than {commit[:12]}, which was tested"
    return ""


def _commits(asked: Asked, env: Mapping[str, str]) -> Commits:
    if asked.local:
        return LocalCommits(Path(asked.local))
    module = importlib.import_module("shuntyard.hub.github")
    return GitHubCommits(module.open_github(env, asked.upstream).api, asked.upstream)
