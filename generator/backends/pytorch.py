"""The enabled share of PyTorch's own tests, planned onto the stage's cards."""

from __future__ import annotations

from typing import Any

from generator.backends.scene import Scene


def pipeline(scene: Scene) -> dict[str, Any] | None:
    """The pipeline as a file would have it; None where the stage enables none."""
    upstream, stage = scene.file.backend.upstream, scene.stage
    if not stage.runs("pytorch") or not stage.share or upstream is None:
        return None
    stacks = scene.file.backend.stacks
    assert stacks is not None, "disagreements say so first"
    source = {"stack": {"axis": "stack"}, "pin": stacks.pin, "upstream-repository": upstream.repository}
    planned = {
        **source,
        "scope": upstream.scope,
        "share": stage.share,
        "cards": stage.shards,
        "cards-per-job": stage.cards_per_job,
        "hardware": scene.file.backend.device,
        "durations": upstream.durations,
        "disabled-tests": upstream.disabled_tests,
        "issues": upstream.repository,
        "quarantine": upstream.quarantine,
        "tests": f"upstream/{upstream.tests}",
    }
    each = "\n".join(f"{name}={value}" for name, value in upstream.each_card.items())
    jobs: dict[str, Any] = {
        "plan": {"matrix": ["stack"], "action": "plan-tests", "timeout-minutes": 20, "with": planned},
        "test": {
            "matrix": "rows",
            "needs": "plan",
            "action": "run-planned",
            "timeout-minutes": stage.timeout_minutes,
            "with": {
                **source,
                "tests": f"upstream/{upstream.tests}",
                "cards": stage.cards_per_job,
                "each-card": each,
                "prepare": scene.prepare(),
                "time-limit": max(stage.timeout_minutes - 10, 5),
            },
        },
        "report": {"needs": ["plan", "test"], "always": True, "action": "analyse-results", "timeout-minutes": 30},
    }
    if stage.reports_to_hud:
        # Only a caller knows the relay's address, and which of its runs the relay knows.
        jobs["signal"] = {"needs": "report", "always": True, "when": "callback-url", "action": "report-signal"}
    gate = {"requires": list(jobs)} | ({"may-skip": ["signal"]} if stage.reports_to_hud else {})
    made = {
        "pipeline": scene.named("pytorch"),
        "summary": f"{stage.share} % of the PyTorch tests in scope, on {stage.shards} cards, at stage {stage.stage}.",
        "triggers": scene.on_hardware(
            ["size", "upstream-ref", "prepare", *(["callback-url"] if stage.reports_to_hud else []), "instance"],
            stage.crons,
        ),
        **scene.stacks(),
        "runner": scene.file.backend.runner,
        "runners": scene.runners(),
        "shards": stage.jobs,
        "jobs": jobs,
        "outputs": {"verdict": "report.verdict"},
    }
    return made | ({"gate": gate} if stage.blocking or not stage.every_pull_request else {})
