"""A fragment of .bazelrc: one option a line, so that no command line grows long and none shows a path of a secret.

Source: Bazel's rc_file.cc and strings.cc (Tokenize): a line ends at a newline that no backslash precedes, words are
parted by space, tab and carriage return, `"` and `'` quote, a backslash takes the next character as it is (inside
quotes too), `#` outside quotes ends the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from shuntyard.bazel.options import Options, Remote
from shuntyard.errors import ShuntyardError

_LINE_END = re.compile(r"[\x00\r\n]")
_SECRET = ("--tls_client_certificate=", "--tls_client_key=")


class Certificate(NamedTuple):
    """The client's certificate and its key, as files."""

    cert: Path
    key: Path


def render(options: Options, certificate: Certificate | None) -> str:
    """The fragment. A later line wins over an earlier one, and all of it over the workspace's own .bazelrc."""
    head = "# Written by run-bazel for one row.\n"
    extra = f"import {_quote(str(options.extra_rc))}\n" if options.extra_rc else ""
    lines = [f"{command} {_quote(option)}\n" for command, option in _lines(options, certificate)]
    return head + extra + "".join(lines)


def shown(text: str) -> str:
    """The fragment for people to read: without the lines that say where the credentials are."""
    kept = [line for line in text.splitlines(keepends=True) if not any(secret in line for secret in _SECRET)]
    return "".join(kept)


def _lines(options: Options, certificate: Certificate | None) -> Iterator[tuple[str, str]]:
    yield "build", "--color=no"  # a log is read later, and not in a terminal
    yield "build", "--curses=no"
    for name in options.configs:
        yield "build", f"--config={name}"
    for name in options.test_configs:
        yield "test", f"--config={name}"
    if options.jobs:
        yield "build", f"--jobs={options.jobs}"
    if options.spawn_strategy and not options.run_locally:
        yield "build", f"--spawn_strategy={options.spawn_strategy}"
    yield from (("build", option) for option in _remote(options.remote, certificate))
    yield from (("test", option) for option in _tests(options))
    for option in options.more:
        yield "build", option
    for option in options.test_more:
        yield "test", option
    if options.run_locally:  # last: whatever the lines before, or what they import, say
        yield from (("build", option) for option in ("--remote_executor=", "--remote_cache=", "--bes_backend="))
        yield "build", "--spawn_strategy=local"
        yield "test", "--strategy=TestRunner=local"


def _remote(remote: Remote, certificate: Certificate | None) -> Iterator[str]:
    named = {
        "remote_executor": remote.executor,
        "remote_cache": remote.cache,
        "remote_instance_name": remote.instance,
        "remote_timeout": remote.timeout_s,
        "bes_backend": remote.bes_backend,
        "bes_results_url": remote.bes_results_url,
    }
    yield from (f"--{name}={value}" for name, value in named.items() if value)
    yield from (f"--remote_default_exec_properties={each}" for each in remote.properties)
    if certificate and (remote.executor or remote.cache or remote.bes_backend):
        yield f"{_SECRET[0]}{certificate.cert}"
        yield f"{_SECRET[1]}{certificate.key}"


def _tests(options: Options) -> Iterator[str]:
    if options.keep_going:
        yield "--keep_going"
    named = {
        "test_tag_filters": options.tag_filters,
        "test_timeout": options.test_timeout,
        "flaky_test_attempts": options.flaky_attempts,
        "test_sharding_strategy": options.test_sharding,
        "local_test_jobs": options.local_test_jobs,
    }
    yield from (f"--{name}={value}" for name, value in named.items() if value)
    if options.test_strategy and not options.run_locally:
        yield f"--strategy=TestRunner={options.test_strategy}"


def _quote(text: str) -> str:
    """One word of an rc file. Raises ShuntyardError for what cannot stand on one line."""
    if _LINE_END.search(text):
        raise ShuntyardError(f"{text[:200]!r} cannot be an option of Bazel", hint="it has more than one line")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
