"""What a person sees while a job runs."""

from __future__ import annotations

import pytest

from shuntyard.console import Console

HOSTILE = "a%0A::error::x\n::set-output name=x::y\x1b[31m##[error]z"


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_a_group_folds_on_a_runner_and_closes_after_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), Console(in_ci=True).group("row"):
        print("inside")
        raise KeyError
    assert lines(capsys) == ["::group::row", "inside", "::endgroup::"]


def test_a_terminal_sees_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(in_ci=False)
    with console.group("row"):
        console.say("hi")
    console.warn("careful", title="row")
    assert lines(capsys) == ["── row", "hi", "warning: careful"]


def test_hostile_text_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(in_ci=True)
    with console.group(HOSTILE):
        console.say(HOSTILE)
        console.warn(HOSTILE, title=HOSTILE)
    shown = lines(capsys)
    assert len(shown) == 4
    assert shown[0].startswith("::group::a%0A")
    assert shown[2].startswith("::warning title=")
    assert not any(line.startswith(("::error", "::set-output")) or "##[" in line or "\x1b" in line for line in shown)
