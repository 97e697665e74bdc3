"""What an answer of GitHub means when it is not what was asked for: wait, try again, or tell a person. Pure.

Sources: docs.github.com, "Rate limits for the REST API" and "Troubleshooting the REST API".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from shuntyard.errors import ShuntyardError
from shuntyard.text import line

SECONDARY_S = 60.0  # what GitHub asks to wait where a secondary limit comes without `retry-after`
# What can be granted, and how a workflow or a fine-grained token gets it.
NOT_OURS = "a workflow's own token cannot have it: use a GitHub App's token or a fine-grained personal one"
SETTINGS = {
    "actions": "Actions",
    "contents": "Contents",
    "issues": "Issues",
    "pull-requests": "Pull requests",
    "variables": "Variables",
    "workflows": "Workflows",
}


class StillRunningError(ShuntyardError):
    """The run, or this attempt of it, has not ended: what it will have come to is not known yet."""


class ForbiddenError(ShuntyardError):
    """The token may not do this."""


class GoneError(ShuntyardError):
    """There is nothing of that name or number, or the token may not see it."""


def wait_for(status: int, headers: Mapping[str, str], data: Any, now: float) -> float | None:
    """Seconds to wait before the same request again, for an answer that says "too many"; None for any other answer.

    `headers` are in lower case, `now` is in epoch seconds.
    """
    if status not in (403, 429):
        return None
    after, reset = _number(headers.get("retry-after")), _number(headers.get("x-ratelimit-reset"))
    if after is not None:
        return after
    if headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        return max(reset - now, 0.0) + 1.0  # nobody says when in that second
    told = message_of(data).lower()
    return SECONDARY_S if status == 429 or "rate limit" in told or "abuse detection" in told else None


def _number(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdecimal() and len(text) < 12 else None


def limit_error(seconds: float, now: float) -> ShuntyardError:
    """To tell when a wait would be longer than anybody wants to pay a runner for."""
    moment = datetime.fromtimestamp(min(now + seconds + 60, 4e9), timezone.utc).strftime("%Y-%m-%d %H:%M")
    told = f"GitHub's rate limit is used up for {max(seconds / 60, 1):.0f} min"
    return ShuntyardError(told, hint=f"run this again after {moment} UTC")


def refusal(what: str, permission: str, status: int, headers: Mapping[str, str], data: Any) -> ShuntyardError:
    """The error for an answer of 400 or above. `what` says what was tried, `permission` what it takes, such as
    `issues: write`."""
    told = message_of(data)
    shown = f"GitHub refuses to {what}: {line(told, 300) or 'no reason given'} ({status})"
    if status == 401:
        return ShuntyardError(shown, hint="the token has expired, was revoked, or is none: renew GH_TOKEN")
    if status == 404:
        hint = f"check the name; a token without `{permission}` is told the same of a private repository"
        return GoneError(shown, hint=hint)
    if status == 403:
        return ForbiddenError(shown, hint=_grant(permission, headers, told))
    if "workflow" in told.lower() and "permission" in told.lower():
        return ShuntyardError(shown, hint=_grant("workflows: write", {}, told))
    return ShuntyardError(shown, hint="see the address that the message names" if "://" in told else "")


def _grant(permission: str, headers: Mapping[str, str], told: str) -> str:
    """Which permission is missing, and where it is granted."""
    if "not permitted to create or approve pull requests" in told:
        return "allow it: Settings, Actions, General, 'Allow GitHub Actions to create and approve pull requests'"
    asked = headers.get("x-accepted-github-permissions", "")
    scope, _, level = permission.partition(": ")
    setting = f"'{SETTINGS.get(scope, scope)}: {'read and write' if level == 'write' else 'read-only'}'"
    accepts = f" (GitHub accepts {line(asked, 100)})" if asked else ""
    if scope in ("variables", "workflows"):
        return f"the token lacks {setting}{accepts}; {NOT_OURS}, as GH_TOKEN"
    return (
        f"the token lacks `{permission}`{accepts}: give the job `permissions: {{{permission}}}`, or the token {setting}"
    )


def message_of(data: Any) -> str:
    """What an error's body says: its message, and what each of its errors says."""
    if not isinstance(data, dict):
        return ""
    parts = [data["message"]] if isinstance(data.get("message"), str) else []
    errors = data.get("errors")
    for error in errors[:5] if isinstance(errors, list) else ():
        told = error.get("message") if isinstance(error, dict) else error
        parts.append(told if isinstance(told, str) else json.dumps(error)[:200])
    return "; ".join(parts)
