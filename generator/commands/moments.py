"""Times on a command line."""

from __future__ import annotations

import argparse
from datetime import datetime, timezone


def moment(text: str) -> datetime:
    """A time as UTC without a zone; one without a zone is UTC. Raises ArgumentTypeError."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-11-22T04:00") from error
    return found.astimezone(timezone.utc).replace(tzinfo=None) if found.tzinfo else found
