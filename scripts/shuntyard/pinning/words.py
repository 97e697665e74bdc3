"""What the pull request that proposes a pin says. Pure; everything in it was checked or comes from the history."""

from __future__ import annotations

from shuntyard.hub.commits import Between
from shuntyard.human import count
from shuntyard.pinning.decide import Green
from shuntyard.text import line

_SITE = "https://github.com"


def title(upstream: str, commit: str) -> str:
    return f"Pin {upstream} at {commit[:12]}"


def body(
    upstream: str, old: str, new: str, between: Between, green: Green, *, chosen: bool, branch: str
) -> str:  # fmt: skip
    """Markdown: what changes, why now, and what the reviewer should look at."""
    base = old if len(old) == 40 else f"v{old.removeprefix('v')}"
    how = {
        "ahead": f"{count(between.commits, 'commit')} newer",
        "diverged": f"on another branch of history: it has {count(between.commits, 'commit')} that the old pin lacks",
        "unknown": f"not comparable: {upstream} does not know the old pin",
    }.get(between.lie, between.lie)
    newest = green.newest
    assert newest is not None
    run = (
        f"[run {_plain(newest.run_id)}](<{newest.url}>)" if _is_address(newest.url) else f"run {_plain(newest.run_id)}"
    )
    source = (
        "It was named by hand."
        if chosen
        else f"It is the newest commit of `{_plain(branch)}` from before that run began, so the run tested it, and "
        "perhaps a few commits more."
    )
    return "\n".join(
        (
            f"`{old}` → `{new}` ({how}): [what changed](<{_SITE}/{upstream}/compare/{base}...{new}>).",
            "",
            f"**Why now:** {line(green.why, 300)}. The newest is {run}, {newest.began:%Y-%m-%d %H:%M} UTC. {source}",
            "",
            "**Before merging:** this pull request's own tests run with the new pin. Where none have started, it was "
            "made with a job's own token: close and reopen it, or set the secret `SHUNTYARD_PIN_TOKEN`.",
            "",
        )
    )


def _plain(text: str) -> str:
    return "".join(letter for letter in line(text, 100) if letter.isalnum() or letter in "-_./")


def _is_address(url: str) -> bool:
    return url.startswith("https://") and not set(url) & set(" <>\"'`\n\\")
