"""The runtime image, every night, of main and of a release: built, tested, and only then promoted by digest."""

from __future__ import annotations

from typing import Any

from generator.backends.scene import Scene
from generator.ladder.effective import spread


def pipeline(scene: Scene) -> dict[str, Any] | None:
    """The pipeline as a file would have it; None where the stage has none."""
    backend = scene.file.backend
    if not scene.stage.runs("image") or backend.image is None:
        return None
    image = backend.image
    python = str(backend.python[0])
    crons = spread(scene.named("image"), min(scene.stage.runs_a_day, 1))
    # The newest runtime image of the accelerator's own stack is a tag of its registry.
    built: dict[str, Any] = {"stack": {"axis": "python"}, "row": {"axis": "python"}, "follow-tag": True}
    if image.base:
        built["base"] = image.base
    if image.containerfile:
        built["containerfile"] = image.containerfile
    return {
        "pipeline": scene.named("image"),
        "summary": f"{scene.file.summary} The runtime image: built, tested, then published.",
        "triggers": {
            "call": {
                "inputs": [
                    "plugin-repository",
                    "plugin-ref",
                    "once",
                    "per-python",
                    "base",
                    "push",
                    "engine",
                    "container-options",
                    "release-to",
                    "instance",
                ]
            },
            "dispatch": True,
            "push": {"branches": ["main"]},
            **({"schedule": {"cron": crons[0]}} if crons else {}),
            "release": True,
        },
        "defaults": {backend.wheels: "."},
        "axes": {"python": [python]},
        "runner": backend.runner,
        "runners": scene.runners(),
        "jobs": {
            "wheels": {
                "matrix": ["python"],
                "action": "build-wheels",
                "timeout-minutes": 90,
                "with": {
                    "pythons": {"axis": "python"},
                    "axes": {"axis": "python", "prefix": "python="},
                    "row": {"axis": "python", "prefix": "wheels-"},
                    "naming": "none",
                },
            },
            "image": {
                "matrix": ["python"],
                "needs": "wheels",
                "action": "build-image",
                "timeout-minutes": 90,
                "with": built,
            },
            "test": {
                "matrix": "rows",
                "needs": "image",
                "action": "test-image",
                "timeout-minutes": 90,
                "with": {"image-row": {"axis": "python"}, "suite": image.suite, "platform": backend.device},
            },
            "report": {"needs": ["wheels", "image", "test"], "always": True, "action": "analyse-results"},
            "promote": {
                "matrix": ["python"],
                "needs": ["test", "report"],
                "when": "release-to",
                "action": "promote-image",
                "with": {"row": {"axis": "python"}},
            },
        },
        "gate": {"requires": ["wheels", "image", "test", "report", "promote"], "may-skip": ["promote"]},
        "outputs": {"verdict": "report.verdict"},
    }
