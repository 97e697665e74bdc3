"""The package's own tests on the device."""

from __future__ import annotations

from typing import Any

from generator.backends.scene import Scene


def pipeline(scene: Scene) -> dict[str, Any] | None:
    """The pipeline as a file would have it; None where the stage has none."""
    if not scene.stage.runs("device"):
        return None
    backend = scene.file.backend
    tests = {"tests": list(backend.tests.device), "places": list(backend.tests.places)}
    made: dict[str, Any] = {
        "pipeline": scene.named("device"),
        "summary": f"{scene.file.summary} Its own tests on cards, at stage {scene.stage.stage}.",
        "triggers": scene.on_hardware(["size", "prepare", "working-directory", "instance"], scene.stage.device_crons),
        "suites": {"device": tests},
        "configurations": {"device": {"suite": "device", "timeout-minutes": 60}},
        "runner": backend.runner,
        "runners": scene.runners(),
        "jobs": {
            "test": {"matrix": "rows", "action": "run-shard", "timeout-minutes": 90},
            "report": {"needs": "test", "always": True, "action": "analyse-results"},
        },
        "gate": {"requires": ["test", "report"]},
        "outputs": {"verdict": "report.verdict"},
    }
    if backend.stacks is None:
        made |= {"axes": {"python": [str(backend.python[0])]}}
        for schedule in made["triggers"].get("schedule", []):
            del schedule["size"]
        made["triggers"]["call"]["inputs"].remove("size")
        return made
    made |= scene.stacks()
    made["jobs"]["test"]["with"] = {"prepare": scene.prepare()}
    return made
