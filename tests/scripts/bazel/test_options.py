"""Inputs to options: rows fill them in, hostile ones are refused and named."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from shuntyard.bazel import words
from shuntyard.bazel.options import Options, read_options
from shuntyard.errors import ShuntyardError
from shuntyard.plan import Suite
from tests.scripts.bazel.samples import given, make_row


def read(checkout: Path, **inputs: str) -> Options:
    return read_options(given(**inputs), make_row(gpus="mgpu"), checkout)


def test_the_rows_values_are_filled_in(tmp_path: Path) -> None:
    options = read(
        tmp_path,
        test_configs="rocm_{gpus}",
        bazel_options="--repo_env=HERMETIC_PYTHON_VERSION={python}",
        wheel_command='python3 build/ci_build --python-versions={python} --out="a b" --rc={bazelrc}',
    )
    assert options.test_configs == ("rocm_mgpu",)
    assert options.more == ("--repo_env=HERMETIC_PYTHON_VERSION=3.12",)
    assert options.wheel_commands == (
        ("python3", "build/ci_build", "--python-versions=3.12", "--out=a b", "--rc={bazelrc}"),
    )


def test_free_text_can_name_the_folder_of_the_checkouts(tmp_path: Path) -> None:
    options = read(
        tmp_path,
        bazel_options="--override_repository=jax={checkout}/jax",
        test_options="--test_env=HOME={checkout}",
        startup_options="--output_base={checkout}/x",
        wheel_command="python3 build/ci_build --jax={checkout}/jax",
    )
    assert options.more == (f"--override_repository=jax={tmp_path}/jax",)
    assert options.test_more == (f"--test_env=HOME={tmp_path}",)
    assert options.startup == (f"--output_base={tmp_path}/x",)
    assert options.wheel_commands == (("python3", "build/ci_build", f"--jax={tmp_path}/jax"),)
    with pytest.raises(ShuntyardError, match="targets"):
        read(tmp_path, targets="//{checkout}:a")


def test_an_axis_that_the_row_has_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShuntyardError, match=r"\{rocm\} in input 'test-configs'") as raised:
        read(tmp_path, test_configs="rocm_{rocm}")
    assert raised.value.hint == "known: {gpus}, {python}"


def test_the_suite_says_what_the_inputs_do_not(tmp_path: Path) -> None:
    suite = Suite(id="s", tests=("//a:{python}", "-//b"), arguments=("--test_arg=x y",), timeout_s=120)
    row = replace(make_row(), suite=suite)
    options = read_options(given(targets=""), row, tmp_path)
    assert (options.targets, options.test_more, options.limit_s) == (("//a:3.12", "-//b"), ("--test_arg=x y",), 120.0)
    assert read_options(given(targets="//c", time_limit="3"), row, tmp_path).targets == ("//c",)


BAD = {
    "nothing to test": {"targets": "-//a"},
    "a target with a space": {"targets": "//a //b"},
    "a target that is an option": {"targets": "--remote_executor=evil"},
    "a config with a space": {"bazel_configs": "a;b"},
    "tags with a space": {"tag_filters": "gpu --x"},
    "jobs": {"jobs": "many"},
    "jobs that are none": {"jobs": "0"},
    "three time-outs": {"test_timeout": "1,2,3"},
    "an executor with a password": {"remote_executor": "grpcs://me:secret@rbe:443"},
    "an executor with a line end": {"remote_executor": "grpcs://rbe:443\nbuild --x"},
    "a property": {"remote_properties": "OSFamily"},
    "an option without dashes": {"bazel_options": "build --x"},
    "a header": {"bazel_options": "--remote_header=authorization=x"},
    "an executor by the back door": {"test_options": "--remote_executor=grpc://x"},
    "a key by the back door": {"bazel_options": "--tls_client_key=/k"},
    "an rc by the back door": {"startup_options": "--bazelrc=/x"},
    "an rc outside": {"extra_rc": "../x.rc"},
    "an rc that is not there": {"extra_rc": "x.rc"},
    "retries": {"retries": "99"},
    "a fraction of a back-off below 0": {"backoff": "-1"},
    "a limit": {"time_limit": "0"},
    "no limit": {"time_limit": "inf"},
    "quotes": {"wheel_command": "python3 'x"},
}


@pytest.mark.parametrize("why", BAD)
def test_what_is_no_such_value_is_refused_and_its_input_named(tmp_path: Path, why: str) -> None:
    with pytest.raises(ShuntyardError) as raised:
        read(tmp_path, **BAD[why])
    assert next(iter(BAD[why])).replace("_", "-") in raised.value.message
    assert raised.value.hint


@pytest.mark.parametrize("value", ["3.12\nbuild --x", "a b", "a,b", '"', "{python}", "x" * 5000])
def test_a_rows_value_is_one_word(tmp_path: Path, value: str) -> None:
    with pytest.raises(ShuntyardError, match="axis gpus"):
        read_options(given(), make_row(gpus=value), tmp_path)


@pytest.mark.parametrize(
    "target", ["//...", "@jax//tests:gpu_tests", "-//a:b", "@@x~1.2//:y", ":z", "a/b", "//a:b-c+d.e", "//a:*"]
)
def test_targets_as_bazel_has_them(target: str) -> None:
    assert words.check(target, words.TARGET, "targets") == target


@for_all(
    st.text(max_size=40), st.sampled_from([words.TARGET, words.TAGS, words.ENDPOINT, words.PROPERTY, words.CONFIG])
)
def test_no_value_holds_a_space_a_quote_or_a_line_end(text: str, kind: words.Kind) -> None:
    try:
        words.check(text, kind, "x")
    except ShuntyardError:
        return
    assert not set(text) & set(" \t\r\n\0\"'\\`;|")


def test_an_rc_file_of_the_checkout_is_taken(tmp_path: Path) -> None:
    (tmp_path / "ci.rc").write_text("build --x\n")
    assert read(tmp_path, extra_rc="ci.rc").extra_rc == tmp_path / "ci.rc"


def test_tags_that_nearly_fit_are_refused_in_no_time() -> None:
    began = time.monotonic()
    with pytest.raises(ShuntyardError, match="'tag-filters' is not understood"):
        words.check("-a," * 1000 + "!", words.TAGS, "tag-filters")
    assert time.monotonic() - began < 1
    assert words.check("gpu,-manual,+x-y", words.TAGS, "tag-filters") == "gpu,-manual,+x-y"
