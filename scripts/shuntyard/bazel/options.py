"""What Bazel is asked to do in one row, as data that has been checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from shuntyard.bazel import words
from shuntyard.command import EVERYTHING, split
from shuntyard.contract import Value
from shuntyard.errors import ShuntyardError
from shuntyard.plan import Row

_MOST_RETRIES, _LONGEST_BACKOFF_S, _LONGEST_MINUTES = 10, 3600, 7 * 24 * 60
CHECKOUT = "checkout"  # {checkout} in free text: the folder that the checkouts lie in, which no caller can know
# What the script itself sets, or what would carry a secret in the open; and what to do instead.
_TAKEN = {
    "bazelrc": "set input 'extra-rc'",
    "bes_backend": "set input 'bes-backend'",
    "bes_header": "it would show in logs; give a certificate by RBE_CI_CERT and RBE_CI_KEY",
    "build_event_json_file": "the script writes and reads it",
    "remote_cache": "set input 'remote-cache'",
    "remote_cache_header": "it would show in logs; give a certificate by RBE_CI_CERT and RBE_CI_KEY",
    "remote_exec_header": "it would show in logs; give a certificate by RBE_CI_CERT and RBE_CI_KEY",
    "remote_executor": "set input 'remote-executor'",
    "remote_header": "it would show in logs; give a certificate by RBE_CI_CERT and RBE_CI_KEY",
    "target_pattern_file": "set input 'targets'",
    "tls_client_certificate": "give it by the secret RBE_CI_CERT",
    "tls_client_key": "give it by the secret RBE_CI_KEY",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """Where actions run and results go; empty where nothing is said."""

    executor: str = ""
    cache: str = ""
    instance: str = ""
    properties: tuple[str, ...] = ()
    timeout_s: str = ""
    bes_backend: str = ""
    bes_results_url: str = ""

    @property
    def needs_credentials(self) -> bool:
        return self.executor.startswith("grpcs://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One row's options. `wheel_commands` are argument vectors; `{bazelrc}` in them is still to be filled in.

    `run_locally` leaves out all that is remote, whatever the workspace's own .bazelrc says. Times are in seconds.
    """

    targets: tuple[str, ...]
    build_targets: tuple[str, ...] = ()
    wheel_commands: tuple[tuple[str, ...], ...] = ()
    tag_filters: str = ""
    configs: tuple[str, ...] = ()
    test_configs: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    test_more: tuple[str, ...] = ()
    startup: tuple[str, ...] = ()
    extra_rc: Path | None = None
    keep_going: bool = True
    jobs: str = ""
    local_test_jobs: str = ""
    test_timeout: str = ""
    flaky_attempts: str = ""
    test_sharding: str = ""
    spawn_strategy: str = ""
    test_strategy: str = ""
    remote: Remote = Remote()
    run_locally: bool = False
    fall_back: bool = False
    retries: int = 2
    backoff_s: float = 30.0
    limit_s: float = 3600.0

    def local(self) -> Options:
        """The same without anything remote."""
        return replace(self, remote=Remote(), run_locally=True)


def read_options(inputs: Mapping[str, Value], row: Row, checkout: Path) -> Options:
    """The options from the inputs, filled in with the row's values. Raises ShuntyardError that names the one at fault.

    Targets and more options of the tests are the suite's (`tests`, `arguments`) where the input says nothing.
    """

    for axis, value in row.values.items():  # a value that could end a line or a word would be more than a value
        words.check(value, words.VALUE, f"unit, axis {axis}")

    def fill(text: str, name: str) -> str:
        return words.fill(text.strip(), row.values, name)

    def text(name: str) -> str:
        return fill(str(inputs[name]), name)

    def free(name: str) -> tuple[str, ...]:
        filled = words.fill(str(inputs[name]), {CHECKOUT: str(checkout), **row.values}, name)
        return words.lines(filled, words.OPTION, name)

    def one(name: str, kind: words.Kind) -> str:
        return words.check(value, kind, name) if (value := text(name)) else ""

    own = [fill(test, "unit") for test in row.suite.tests if test != EVERYTHING]
    targets = words.lines(text("targets"), words.TARGET, "targets") or words.each(own, words.TARGET, "unit")
    if not any(not target.startswith("-") for target in targets):
        raise ShuntyardError("input 'targets' names nothing to test", hint="one a line, such as @jax//tests:gpu_tests")
    arguments = words.each([fill(each, "unit") for each in row.suite.arguments], words.OPTION, "unit")
    return Options(
        targets=targets,
        build_targets=words.lines(text("build-targets"), words.TARGET, "build-targets"),
        wheel_commands=_commands(str(inputs["wheel-command"]), row, checkout),
        tag_filters=one("tag-filters", words.TAGS),
        configs=words.several(text("bazel-configs"), words.CONFIG, "bazel-configs"),
        test_configs=words.several(text("test-configs"), words.CONFIG, "test-configs"),
        more=_free(free("bazel-options"), "bazel-options"),
        test_more=_free((*arguments, *free("test-options")), "test-options"),
        startup=_free(free("startup-options"), "startup-options"),
        extra_rc=_rc(text("extra-rc"), checkout),
        keep_going=bool(inputs["keep-going"]),
        jobs=one("jobs", words.COUNT),
        local_test_jobs=one("local-test-jobs", words.COUNT),
        test_timeout=one("test-timeout", words.TIMEOUTS),
        flaky_attempts=one("flaky-attempts", words.COUNT),
        test_sharding="" if inputs["test-sharding"] == "bazel" else str(inputs["test-sharding"]),
        spawn_strategy=one("spawn-strategy", words.STRATEGY),
        test_strategy=one("test-strategy", words.STRATEGY),
        remote=Remote(
            executor=one("remote-executor", words.ENDPOINT),
            cache=one("remote-cache", words.ENDPOINT),
            instance=one("remote-instance", words.INSTANCE),
            properties=words.several(text("remote-properties"), words.PROPERTY, "remote-properties"),
            timeout_s=one("remote-timeout", words.COUNT),
            bes_backend=one("bes-backend", words.ENDPOINT),
            bes_results_url=one("bes-results-url", words.URL),
        ),
        fall_back=inputs["unreachable"] == "local",
        retries=int(_number(inputs, "retries", 0, _MOST_RETRIES)),
        backoff_s=_number(inputs, "backoff", 0, _LONGEST_BACKOFF_S),
        limit_s=_limit(str(inputs["time-limit"]), row),
    )


def _free(found: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The options, when none of them is the script's own business."""
    for option in found:
        key = option[2:].partition("=")[0]
        if key in _TAKEN:
            raise ShuntyardError(f"--{key} in input {name!r} is not taken", hint=_TAKEN[key])
    return found


def _commands(text: str, row: Row, checkout: Path) -> tuple[tuple[str, ...], ...]:
    """One argument vector a line. It is split first and filled in then: a value never becomes two arguments."""
    values = {CHECKOUT: str(checkout), **row.values, "bazelrc": "{bazelrc}"}
    found = (line.strip() for line in text.splitlines())
    commands = [split(line, "wheel-command") for line in found if line and not line.startswith("#")]
    return tuple(tuple(words.fill(word, values, "wheel-command") for word in argv) for argv in commands)


def _rc(name: str, checkout: Path) -> Path | None:
    if not name:
        return None
    path = (checkout / name).resolve()
    if not path.is_relative_to(checkout.resolve()) or not path.is_file():
        raise ShuntyardError(f"input 'extra-rc' is {name!r}", hint="name a file inside the checkout")
    return path


def _number(inputs: Mapping[str, Value], name: str, low: int, high: int) -> float:
    value = inputs[name]
    if not isinstance(value, int | float) or not low <= value <= high:
        raise ShuntyardError(f"input {name!r} is {value}", hint=f"write a number from {low} to {high}")
    return value


def _limit(text: str, row: Row) -> float:
    if not text:
        return float(row.suite.timeout_s)
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= _LONGEST_MINUTES:
        raise ShuntyardError(f"input 'time-limit' is {text!r}", hint="write minutes, such as 180")
    return minutes * 60
