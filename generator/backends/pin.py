"""The pin of PyTorch: a bump is proposed when its main branch has been green for the stated time."""

from __future__ import annotations

from typing import Any

from generator.backends.scene import MAIN, Scene


def pipeline(scene: Scene) -> dict[str, Any] | None:
    """The pipeline as a file would have it; None where there is no pin, or nothing that tests PyTorch's main."""
    stacks, upstream = scene.file.backend.stacks, scene.file.backend.upstream
    tested = scene.stage.runs("pytorch") and scene.stage.share > 0
    if stacks is None or upstream is None or not tested:
        return None
    lines = "\n".join(f"{file} {line}" for file, line in stacks.pin_lines.items())
    return {
        "pipeline": scene.named("pin"),
        "summary": f"A bump of the pinned PyTorch, proposed after {stacks.green_days} green days of its main branch.",
        "triggers": {
            "call": {"inputs": ["history", "local"]},
            "schedule": {"cron": _cron(scene)},
            "dispatch": True,
        },
        "jobs": {
            "propose": {
                "action": "bump-pin",
                "with": {
                    "of": scene.named("pytorch"),
                    "stack": MAIN,
                    "days": stacks.green_days,
                    "cadence-hours": 24 // max(scene.stage.runs_a_day, 1),
                    "pin": stacks.pin,
                    **({"lines": lines} if lines else {}),
                    "upstream-repository": upstream.repository,
                },
            }
        },
    }


def _cron(scene: Scene) -> str:
    """Once a day, five hours after the first scheduled run is due to start, at that run's minute."""
    minute, hour = scene.stage.crons[0].split()[:2] if scene.stage.crons else ("23", "5")
    first = int(hour.split(",")[0])
    return f"{minute} {(first + 5) % 24} * * *"
