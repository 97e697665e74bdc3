"""The tables that classify, as data: the first rule that fits decides. docs/nightly-status.md shows them.

Source of the kinds: "Nightly Pipeline Design", 3. Different Failure Detection: the RBE pipeline catches test failures,
build regressions and API changes; the integration pipeline packaging errors, missing dependencies and import failures.
Patterns are regular expressions that ignore case, and are linear: no repetition within a repetition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shuntyard.nightly.night import ROLES, Role, Scope

Kind = Literal[
    "build regression", "API change", "test failure", "packaging error", "missing dependency", "import failure",
    "infrastructure", "unknown",
]  # fmt: skip
KINDS: dict[Role, tuple[Kind, ...]] = {
    "source": ("test failure", "build regression", "API change"),
    "installed": ("packaging error", "missing dependency", "import failure"),
}
Side = Literal["bad", "good", "broken", "absent"]
Caught = Literal["source", "installed", "both", "nothing", "infrastructure", "unpaired", "none"]
_ALL: tuple[Scope, ...] = ("case", "row", "fault", "job")
_OUTSIDE: tuple[Scope, ...] = ("row", "job")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignRule:
    """Fits a sign of these roles, scopes and (where named) outcomes in whose text one of the patterns is found; without
    patterns, any text. `about` is an area that its failures share whatever their cases are called."""

    id: str
    kind: Kind
    why: str
    patterns: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ROLES
    scopes: tuple[Scope, ...] = _ALL
    outcomes: tuple[str, ...] = ()
    about: str = ""


_BUILD = (
    "could not be built", "failed to build", r"build (?:has )?failed", "the build stopped before",
    "compilation of rule", "linking of rule", "fatal error:", "undefined reference to", r"\bld(?:\.lld)?: error",
    r"no such (?:target|package) ",
    r"build(?:\.bazel)?:\d+:\d+:", "subprocess-exited-with-error", "failed building wheel",
    r"error: [^\n]{0,200}(?:not declared|undeclared|no member named|no matching function)",
)  # fmt: skip

SIGNS: tuple[SignRule, ...] = (
    SignRule(
        id="result-lost", kind="infrastructure", scopes=("fault",),
        why="a result never came or cannot be read: the runner was lost",
    ),
    SignRule(
        id="runner-lost", kind="infrastructure", scopes=_OUTSIDE, why="the runner was lost or stopped",
        patterns=(
            "lost communication with the server", "received a shutdown signal", r"the operation was cancell?ed",
            r"runner [^\n]{0,60}(?:lost|went away|offline|shut ?down)", r"^cancell?ed$",
        ),
    ),
    SignRule(
        id="executor", kind="infrastructure", outcomes=("error",), scopes=("case", "row"),
        why="the remote executor or its cache was out of reach",
        patterns=(
            "the remote executor failed", r"remote (?:execut|cache|server)[^\n]{0,100}(?:unavailable|out of reach|"
            r"unreachable|refused|failed|timed out)", r"failed to (?:connect|query)[^\n]{0,80}remote",
            r"unavailable: io exception", r"build event (?:service|protocol) upload (?:failed|timed out)",
        ),
    ),
    SignRule(
        id="registry", kind="infrastructure", scopes=_OUTSIDE, why="a registry or a network service refused",
        patterns=(
            "toomanyrequests", "manifest unknown", r"registry[^\n]{0,80}(?:refuse|unavailable|denied|out of reach)",
            "tls handshake timeout", "no such host", "temporary failure in name resolution",
            r"connection (?:refused|reset|timed out)",
            r"\b(?:429|50[234])\b[^\n]{0,40}(?:too many|unavailable|gateway)",
        ),
    ),
    SignRule(
        id="disk", kind="infrastructure", outcomes=("error",), why="the machine's disk was full",
        patterns=("no space left on device", r"disk (?:is )?full", "disk quota exceeded"),
    ),
    SignRule(
        id="time-limit", kind="infrastructure", scopes=_OUTSIDE, why="a time limit ended the run",
        patterns=(r"time[sd]? ?-?out", "time limit", "deadline.exceeded", r"\binterrupted\b"),
    ),
    SignRule(
        id="wheel-check", kind="packaging error", roles=("installed",), why="a check of the wheel found something",
        patterns=(
            "auditwheel", "check-wheel-contents", r"\btwine\b", "too-recent versioned symbols", r"\bw00\d:",
            r"not a supported wheel", r"not a valid wheel", r"(?:bad|invalid) wheel", r"missing from the wheel",
            r"is not in the wheel", r"\brecord\b[^\n]{0,60}(?:missing|mismatch|does not match)",
        ),
    ),
    SignRule(
        id="wheel-versions", kind="packaging error", roles=("installed",), why="versions do not agree",
        patterns=(
            "version mismatch", "versions? (?:disagree|differ|do not agree)", "which is incompatible",
            r"incompatible with (?:jax|the )", r"requires [^\n]{1,80} but you have",
        ),
    ),
    SignRule(
        id="wheel-build", kind="packaging error", roles=("installed",), why="the wheel does not build", patterns=_BUILD,
        about="build",
    ),
    SignRule(
        id="missing-library", kind="missing dependency", roles=("installed",), why="a shared library is missing",
        patterns=("cannot open shared object file", r"glibc(?:xx)?_[\d.]+[^\n]{0,10} not found", "library not loaded"),
    ),
    SignRule(
        id="missing-requirement", kind="missing dependency", roles=("installed",), why="a requirement is not installed",
        patterns=(
            "no matching distribution", "could not find a version that satisfies", "resolutionimpossible",
            "which is not installed", "packagenotfounderror", "distributionnotfound",
        ),
    ),
    SignRule(
        id="own-module", kind="import failure", roles=("installed",), why="a package of our own does not import",
        patterns=(r"no module named ['\"]?jax(?:lib|_\w{1,60})?\b",),
    ),
    SignRule(
        id="missing-module", kind="missing dependency", roles=("installed",), why="a module that it needs is missing",
        patterns=("modulenotfounderror", "no module named"),
    ),
    SignRule(
        id="import", kind="import failure", roles=("installed",), why="an import or the plugin fails",
        patterns=(
            "undefined symbol", "importerror", "cannot import name", "unable to initialize backend",
            r"plugin[^\n]{0,80}(?:failed to|could not|cannot|not) (?:be )?(?:load|found|initiali|register)",
        ),
    ),
    SignRule(
        id="build", kind="build regression", roles=("source",), why="it does not build", patterns=_BUILD, about="build",
    ),
    SignRule(
        id="api", kind="API change", roles=("source",), scopes=("case",), why="a name or a signature has changed",
        patterns=(
            "cannot import name", r"(?<!'nonetype' object )has no attribute", "unexpected keyword argument",
            r"missing \d+ required (?:positional|keyword)", r"takes (?:from )?\d+ (?:to \d+ )?positional argument",
            "got multiple values for argument", "no module named", "importerror", r"has been removed (?:in|from)",
        ),
    ),
    SignRule(id="test", kind="test failure", roles=("source",), scopes=("case",), why="a test fails"),
    SignRule(id="no-rule", kind="unknown", why="no rule fits what it says"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NightRule:
    """Fits two sides (and, where not None, whether they fail in the same area). `caught` says who caught it."""

    id: str
    source: frozenset[Side]
    installed: frozenset[Side]
    caught: Caught
    why: str
    same_area: bool | None = None


_SIDES: tuple[Side, ...] = ("bad", "good", "broken", "absent")


def _of(*sides: Side) -> frozenset[Side]:
    return frozenset(sides or _SIDES)


NIGHTS: tuple[NightRule, ...] = (
    NightRule(
        id="code", source=_of("bad"), installed=_of("bad"), same_area=True, caught="both",
        why="both fail in the same area: the code",
    ),
    NightRule(
        id="two-faults", source=_of("bad"), installed=_of("bad"), caught="both",
        why="both fail, in different areas: two faults",
    ),
    NightRule(
        id="source-alone", source=_of("bad"), installed=_of("good"), caught="source",
        why="what is installed works; the code's own tests caught it",
    ),
    NightRule(
        id="installed-alone", source=_of("good"), installed=_of("bad"), caught="installed",
        why="the code's own tests pass; only what is installed is wrong",
    ),
    NightRule(
        id="unpaired-source", source=_of("bad"), installed=_of("broken", "absent"), caught="unpaired",
        why="the other side says nothing, so who else would have caught it is not known",
    ),
    NightRule(
        id="unpaired-installed", source=_of("broken", "absent"), installed=_of("bad"), caught="unpaired",
        why="the other side says nothing, so who else would have caught it is not known",
    ),
    NightRule(
        id="infrastructure-source", source=_of("broken"), installed=_of(), caught="infrastructure",
        why="nothing failed but machines and services: it counts for neither",
    ),
    NightRule(
        id="infrastructure-installed", source=_of(), installed=_of("broken"), caught="infrastructure",
        why="nothing failed but machines and services: it counts for neither",
    ),
    NightRule(
        id="clean", source=_of("good"), installed=_of("good"), caught="nothing", why="both passed",
    ),
    NightRule(
        id="half-installed", source=_of("absent"), installed=_of("good"), caught="unpaired",
        why="what ran passed; the other side says nothing",
    ),
    NightRule(
        id="half-source", source=_of("good"), installed=_of("absent"), caught="unpaired",
        why="what ran passed; the other side says nothing",
    ),
    NightRule(id="none", source=_of(), installed=_of(), caught="none", why="neither side tested anything"),
)  # fmt: skip
