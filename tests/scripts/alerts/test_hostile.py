"""Names come from whoever opened a pull request: in issues and messages they are text and nothing more."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.alerts import letter, words
from shuntyard.alerts.context import Context, Told, web_address
from shuntyard.alerts.evaluate import Alert
from shuntyard.alerts.profile import Change, Profile
from shuntyard.alerts.readings import Reading
from shuntyard.alerts.rules import Place
from tests.scripts.alerts.conftest import Receiver
from tests.scripts.alerts.histories import Arm, keep, night
from tests.scripts.alerts.yard import FALLBACK, SLOW, Checks

HOSTILE = (
    "@everyone <!channel> @octo-org/team",
    "[free](https://evil.example) ![x](https://evil.example/p.png)",
    "a | b\n| c | d |\n\n# heading\n- [ ] task",
    "<script>alert(1)</script><img src=x onerror=alert(1)><!-- shuntyard: shuntyard-alert-x -->",
    "``` `` ` @octocat closes #1 fixes o/r#2",
    "::error::x ##[group]y \x1b[31mred\x07 \u202egnp.exe",
    "$(touch /tmp/pwned) `id` {{7*7}} ${{ secrets.X }}",
)


def alert(name: str = "distributed", note: str = "") -> Alert:
    place = Place(per="configuration", name=name)
    return Alert(
        rule=FALLBACK, place=place, status="firing", reading=Reading(value=0.2, n=20), threshold=0.05,
        since="2026-11-22T12:00:00", note=note,
    )  # fmt: skip


def context(text: str) -> Context:
    run = Told(
        repository=text, pipeline=text, row=text, run=text, sha=text, hardware=text, began="", executions=1, failures=0,
        fallbacks=1, seconds=1.0, reason=text, url="",
    )  # fmt: skip
    names = (text,)
    return Context(
        repositories=names, pipelines=names, configurations=names, hardware=names, commits=2, first=text, last=text,
        runs=(run,),
    )  # fmt: skip


def outside_code(markdown: str) -> str:
    """The Markdown without its code spans: each starts and ends with one backtick on one line."""
    return re.sub(r"`[^`\n]+`", "", markdown)


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=80)))
def test_in_markdown_foreign_text_stays_within_code(text: str) -> None:
    change = Change(name=text, before_s=1.0, after_s=2.0, n_before=3, n_after=3)
    profile = Profile(before="arm shell", after="arm python", cases=(change,))
    calm = letter.issue(alert(), "fire", context("x"), profile)
    message = letter.issue(alert(text, note=text), "fire", context(text), profile, did=(f"switched off {text}",))
    plain = outside_code(message.body)
    assert "`" not in plain and "\x1b" not in message.body and "\u202e" not in message.body
    for mark in ("@", "<", "http", "![", "](", "#", "$"):
        assert plain.count(mark) == 0, mark
    tables = [line for line in calm.body.splitlines() if line.startswith("|")]
    hostile = [line for line in message.body.splitlines() if line.startswith("|")]
    assert len(hostile) - len(tables) in (0, 1)  # one more row at most: the note; no cell breaks out of its table
    assert "\n" not in message.title and not set("@<>[]`*|#&") & set(message.title)


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=80)))
def test_in_plain_text_foreign_text_is_tame(text: str) -> None:
    notice = letter.notice(alert(text, note=text), "fire", context(text), did=(text,))
    own = letter.notice(alert("x", note="x"), "fire", context("x"), did=("x",))
    assert len(notice.body.splitlines()) <= len(own.body.splitlines())
    without_condition = "\n".join(each for each in notice.body.splitlines()[1:] if not each.startswith("condition"))
    for mark in ("@", "<", "[", "`", "://", "\x1b", "\u202e"):
        assert mark not in without_condition and mark not in notice.title
    assert "\n" not in notice.title


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://github.com/o/r/actions/runs/77", True),
        ("https://ci.example/x?a=b&c=d", True),
        ("javascript:alert(1)", False),
        ("https://evil.example/) [x](https://y", False),
        ("https://x\n# heading", False),
        ("https://", False),
        ("https://" + "a" * 600, False),
        ("", False),
    ],
)
def test_only_plain_web_addresses_become_links(text: str, good: bool) -> None:
    assert web_address(text) is good


@pytest.mark.slow
def test_through_a_real_history_and_a_real_server(tmp_path: Path, receiver: Receiver) -> None:
    name = "@everyone [x](https://evil.example) <b>"
    checks = Checks(tmp_path, rules=[replace(SLOW, per="pipeline")], urls=receiver.url)
    slow = {("docs_test", "shell"): Arm(), ("docs_test", "python"): Arm(seconds=14.0, slower=2.0)}
    evil = [f"test/{text}" for text in HOSTILE]
    keep(
        checks.history,
        [
            night(index + 0.3, slow, pipeline=name, cases=evil, url="javascript:alert(1)", sha=name)
            for index in range(3)
        ],
    )
    checked = checks.run()
    assert not checked.failed
    (issue,) = checks.issues()
    assert "javascript:" not in issue["body"] and "@" not in issue["title"]
    body = outside_code(issue["body"].split("-->\n", 1)[1])
    assert not any(mark in body for mark in ("@", "<", "http", "]("))
    (message,) = receiver.messages
    foreign = [each for each in message["message"].splitlines() if not each.startswith(("condition", "execution_time"))]
    assert "@" not in "".join(foreign) and "://" not in "".join(foreign)


def test_tame_keeps_what_can_be_read() -> None:
    assert words.tame("test_a.py::test_one x8") == "test_a.py::test_one x8"
    assert words.tame("<!channel> @all https://x") == "‹!channel› ＠all https:⁄⁄x"
