"""Every test says which hardware it needs; where that is absent, it is "not run", never passed.

    @pytest.mark.requires()                    nothing: it does not start a device
    @pytest.mark.requires(devices=2)           at least two devices of whatever kind
    @pytest.mark.requires(platform="rocm")     AMD's

A module's marker and a test's own are both meant; for one and the same thing, the test's own counts.
"""

from __future__ import annotations

from typing import Any

import pytest

from harness.present import Present, note, present
from harness.settings import KEY

KNOWN = ("platform", "devices")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "requires(platform, devices): the hardware that a test needs; () is none")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuses a test that does not say what it needs: it could pass where it tested nothing."""
    for item in items:
        if item.get_closest_marker("requires") is None:
            raise pytest.UsageError(f"{item.nodeid} does not say which hardware it needs: @pytest.mark.requires(...)")
        unknown = sorted(set(needs(item)) - set(KNOWN))
        if unknown:
            raise pytest.UsageError(f"{item.nodeid} requires {unknown[0]!r}; known are {', '.join(KNOWN)}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    wanted = needs(item)
    if not wanted:
        return
    here = present()
    seen = item.config.stash[KEY].seen
    if seen:
        note(seen, here)
    if missing := lacking(wanted, here):
        pytest.skip(f"not run: {missing}")


def needs(item: pytest.Item) -> dict[str, Any]:
    """All that its markers say, the closest one last."""
    found: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("requires"))):
        found.update(marker.kwargs)
    return found


def lacking(wanted: dict[str, Any], here: Present) -> str:
    """What is not here, such as `needs 2 devices, 1 is here`; empty when all is."""
    platform, devices = wanted.get("platform", here.platform), wanted.get("devices", 0)
    if platform != here.platform:
        return f"needs {platform}, {here.platform} is here"
    if devices > here.devices:
        plural = "s" if devices != 1 else ""
        return f"needs {devices} device{plural}, {here.devices} {'is' if here.devices == 1 else 'are'} here"
    return ""
