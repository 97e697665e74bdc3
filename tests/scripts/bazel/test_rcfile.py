"""The fragment of .bazelrc: what Bazel reads out of it is what was meant, whatever a value holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from shuntyard.bazel.options import Options, Remote
from shuntyard.bazel.rcfile import Certificate, render, shown
from shuntyard.errors import ShuntyardError

CERTIFICATE = Certificate(Path("/private/ci-cert.crt"), Path("/private/ci-cert.key"))
SEPARATORS = " \t\r\n"


def read_as_bazel(text: str) -> list[list[str]]:
    """Words of each line, as Bazel 4 to 8 read them: rc_file.cc joins what a backslash ends, strings.cc tokenizes."""
    found = []
    for row in text.replace("\\\r\n", "").replace("\\\n", "").split("\n"):
        words, at = [], 0
        while at < len(row):
            if row[at] in SEPARATORS:
                at += 1
                continue
            if row[at] == "#":
                break
            word, quote = "", ""
            while at < len(row) and (quote or row[at] not in SEPARATORS):
                character = row[at]
                if character == "\\":
                    at += 1
                    word += row[at] if at < len(row) else ""
                elif quote:
                    word, quote = (word, "") if character == quote else (word + character, quote)
                elif character == "#":
                    at = len(row)
                    break
                elif character in "'\"":
                    quote = character
                else:
                    word += character
                at += 1
            words.append(word)
        if words:
            found.append(words)
    return found


@for_all(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=5))
def test_every_value_comes_back_as_one_option(values: list[str]) -> None:
    options = Options(targets=("//a",), more=tuple(f"--define=x={value}" for value in values))
    try:
        text = render(options, None)
    except ShuntyardError:
        assert any(mark in value for value in values for mark in "\0\r\n")
        return
    assert [words for words in read_as_bazel(text) if words[1].startswith("--define")] == [
        ["build", f"--define=x={value}"] for value in values
    ]


def test_all_that_can_be_said_is_written() -> None:
    remote = Remote(
        executor="grpcs://rbe:443", cache="grpcs://cache:443", instance="main", properties=("OSFamily=linux", "gpu=1"),
        timeout_s="3600", bes_backend="grpcs://bes:443", bes_results_url="https://bes/",
    )  # fmt: skip
    options = Options(
        targets=("//a",), tag_filters="gpu,-manual", configs=("rocm_rbe",), test_configs=("rocm_mgpu",), jobs="200",
        more=("--action_env=A=b c",), test_more=("--test_arg=-v",), local_test_jobs="4",
        test_timeout="920,2400,7200,9600", flaky_attempts="3", test_sharding="disabled", spawn_strategy="remote",
        test_strategy="remote,local", remote=remote, extra_rc=Path("/w/a b.rc"),
    )  # fmt: skip
    assert read_as_bazel(render(options, CERTIFICATE)) == [
        ["import", "/w/a b.rc"],
        ["build", "--color=no"],
        ["build", "--curses=no"],
        ["build", "--config=rocm_rbe"],
        ["test", "--config=rocm_mgpu"],
        ["build", "--jobs=200"],
        ["build", "--spawn_strategy=remote"],
        ["build", "--remote_executor=grpcs://rbe:443"],
        ["build", "--remote_cache=grpcs://cache:443"],
        ["build", "--remote_instance_name=main"],
        ["build", "--remote_timeout=3600"],
        ["build", "--bes_backend=grpcs://bes:443"],
        ["build", "--bes_results_url=https://bes/"],
        ["build", "--remote_default_exec_properties=OSFamily=linux"],
        ["build", "--remote_default_exec_properties=gpu=1"],
        ["build", "--tls_client_certificate=/private/ci-cert.crt"],
        ["build", "--tls_client_key=/private/ci-cert.key"],
        ["test", "--keep_going"],
        ["test", "--test_tag_filters=gpu,-manual"],
        ["test", "--test_timeout=920,2400,7200,9600"],
        ["test", "--flaky_test_attempts=3"],
        ["test", "--test_sharding_strategy=disabled"],
        ["test", "--local_test_jobs=4"],
        ["test", "--strategy=TestRunner=remote,local"],
        ["build", "--action_env=A=b c"],
        ["test", "--test_arg=-v"],
    ]


def test_run_locally_is_the_last_word() -> None:
    """Also over a config of the workspace that names an executor, and over the row's own strategies."""
    options = Options(
        targets=("//a",), configs=("rbe",), spawn_strategy="remote", test_strategy="remote", more=("--jobs=9",),
        remote=Remote(executor="grpcs://rbe:443", properties=("a=b",)),
    )  # fmt: skip
    rows = read_as_bazel(render(options.local(), CERTIFICATE))
    assert rows[-5:] == [
        ["build", "--remote_executor="],
        ["build", "--remote_cache="],
        ["build", "--bes_backend="],
        ["build", "--spawn_strategy=local"],
        ["test", "--strategy=TestRunner=local"],
    ]
    assert not [row for row in rows if "rbe:443" in row[1] or "tls" in row[1] or "exec_properties" in row[1]]


def test_what_is_kept_does_not_say_where_the_credentials_are() -> None:
    text = render(Options(targets=("//a",), remote=Remote(executor="grpcs://rbe:443")), CERTIFICATE)
    assert "/private/ci-cert.key" in text
    assert "/private" not in shown(text)
    assert "grpcs://rbe:443" in shown(text)


def test_credentials_are_named_only_for_something_remote() -> None:
    assert "tls" not in render(Options(targets=("//a",)), CERTIFICATE)


def test_an_option_of_two_lines_is_refused() -> None:
    with pytest.raises(ShuntyardError, match="cannot be an option"):
        render(Options(targets=("//a",), more=("--a=b\nbuild --c",)), None)
