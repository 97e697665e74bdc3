"""When actions fail, addresses are wrong or a check is killed: nothing is hidden, lost, told twice or leaked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.hub import Reference
from shuntyard.hub.local import LocalHub
from tests.scripts.alerts.conftest import Receiver
from tests.scripts.alerts.histories import NOW, Arm, healthy, week
from tests.scripts.alerts.yard import FALLBACK, Checks, acts, told

DAY = timedelta(days=1)


def sick(config: str, arm: Arm) -> dict[tuple[str, str], Arm]:
    """Two configurations, one of them sick in the Python arm."""
    return {**healthy("docs_test", "distributed"), (config, "python"): arm}


class Refusing(LocalHub):
    """A hub that refuses issues."""

    def open_issue(self, marker: str, title: str, body: str, labels: Sequence[str] = ()) -> Reference:
        raise ShuntyardError("the token may not open issues", hint="grant issues: write")


def test_a_failing_action_hides_no_other_and_is_tried_again(tmp_path: Path, receiver: Receiver) -> None:
    checks = Checks(tmp_path, rules=[FALLBACK], urls=receiver.url, hub=Refusing(tmp_path / "hub"))
    week(checks.history, lambda _: sick("distributed", Arm(fallbacks=2)))
    checked = checks.run()
    assert acts(checked) == [
        ("disable_feature_flag", "fire", "done"), ("open_issue", "fire", "failed"), ("notify", "fire", "done"),
    ]  # fmt: skip
    assert checked.failed and "may not open issues (grant issues: write)" in told(checked, "open_issue").told
    checks.hub = LocalHub(tmp_path / "hub")
    assert acts(checks.run(NOW + DAY)) == [("open_issue", "fire", "done")]
    assert len(receiver.messages) == 1


def test_one_address_that_fails_hides_no_other_and_no_address_is_told(
    tmp_path: Path, receiver: Receiver, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    bad = "json://user:s3cret-t0ken@127.0.0.1:9/?retry=0 nonsense"
    checks = Checks(tmp_path, rules=[FALLBACK], urls=f"{bad}\n{receiver.url}")
    week(checks.history, lambda _: sick("distributed", Arm(fallbacks=2)))
    checked = checks.run()
    said = [act.told for act in checked.acts if act.action == "notify"]
    assert len(said) == 3 and said[2] == "notified 1 address" and len(receiver.messages) == 1
    assert "address 1 " in said[0] and "address 2 " in said[1] and checked.failed
    everything = [
        repr(checked),
        *capfd.readouterr(),
        caplog.text,
        *(_text(tmp_path, name) for name in checks.changed()),
    ]
    assert not any("s3cret-t0ken" in text for text in everything)


def test_nobody_reached_is_nobody_told(tmp_path: Path, receiver: Receiver) -> None:
    checks = Checks(tmp_path, rules=[FALLBACK], urls=receiver.url)
    week(checks.history, lambda _: sick("distributed", Arm(fallbacks=2)))
    receiver.status = 500
    assert ("notify", "fire", "failed") in acts(checks.run())
    receiver.status = 200
    assert acts(checks.run(NOW + DAY)) == [("notify", "fire", "done")]


def test_without_a_hub_what_needs_one_is_left_to_you_and_not_forgotten(tmp_path: Path) -> None:
    checks = Checks(tmp_path, with_hub=False)
    week(checks.history, lambda _: sick("distributed", Arm(fallbacks=2)))
    first = checks.run()
    assert acts(first) == [
        ("disable_feature_flag", "fire", "left"), ("open_issue", "fire", "left"), ("notify", "fire", "left"),
    ]  # fmt: skip
    assert not first.failed
    checks.hub = LocalHub(tmp_path / "hub")
    assert acts(checks.run(NOW + DAY))[:2] == [
        ("disable_feature_flag", "fire", "done"), ("open_issue", "fire", "done"),
    ]  # fmt: skip


def test_a_bug_in_an_action_hides_no_other_and_is_raised(tmp_path: Path, receiver: Receiver) -> None:
    class Buggy(LocalHub):
        def open_issue(self, marker: str, title: str, body: str, labels: Sequence[str] = ()) -> Reference:
            raise ZeroDivisionError

    checks = Checks(tmp_path, rules=[FALLBACK], urls=receiver.url, hub=Buggy(tmp_path / "hub"))
    week(checks.history, lambda _: sick("distributed", Arm(fallbacks=2)))
    with pytest.raises(ZeroDivisionError):
        checks.run()
    assert checks.flags() == "distributed=off" and len(receiver.messages) == 1
    (entry,) = checks.file.load().entries.values()
    assert set(entry.told) == {"disable_feature_flag", "notify"}


def test_a_check_that_is_killed_tells_nothing_twice(tmp_path: Path, receiver: Receiver) -> None:
    class Killed(LocalHub):
        def open_issue(self, marker: str, title: str, body: str, labels: Sequence[str] = ()) -> Reference:
            super().open_issue(marker, title, body, labels)
            raise KeyboardInterrupt

    checks = Checks(tmp_path, rules=[FALLBACK], urls=receiver.url, hub=Killed(tmp_path / "hub"))
    week(checks.history, lambda _: sick("distributed", Arm(fallbacks=2)))
    with pytest.raises(KeyboardInterrupt):
        checks.run()
    checks.hub = LocalHub(tmp_path / "hub")
    assert acts(checks.run()) == [("open_issue", "fire", "done"), ("notify", "fire", "done")]
    assert len(checks.issues()) == 1 and len(receiver.messages) == 1


def _text(home: Path, name: str) -> str:
    return (home / name).read_text(encoding="utf-8", errors="replace")
