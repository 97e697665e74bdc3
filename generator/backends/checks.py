"""The pipeline that needs no card: linters, unit tests, emulated device, packages. It runs on every pull request."""

from __future__ import annotations

from typing import Any

from generator.backends.scene import Scene


def pipeline(scene: Scene) -> dict[str, Any]:
    """The pipeline as a file would have it."""
    rows = _rows(scene)
    packages = scene.stage.runs("packages")
    prepare = {"by": "check", "values": dict.fromkeys(rows, scene.file.backend.prepare)}
    test = {"matrix": "rows", "action": "run-shard", "timeout-minutes": 90, "with": {"prepare": prepare}}
    jobs: dict[str, Any] = {"test": test}
    if packages:
        jobs["packages"] = {
            "action": "build-packages",
            "timeout-minutes": 60,
            "tolerated": not scene.gates("packages"),
            "with": {"pythons": " ".join(str(version) for version in scene.file.backend.python)},
        }
    jobs["report"] = {"needs": list(jobs), "always": True, "action": "analyse-results"}
    made = {
        "pipeline": scene.name,
        "summary": f"{scene.file.summary} Checks that need no card, at stage {scene.stage.stage}.",
        "triggers": {
            "call": {
                "inputs": ["prepare", "working-directory", "once", "per-python", "expect", "dependencies", "instance"]
            },
            "dispatch": True,
            "pull-request": {},
            "push": {"branches": ["main"]},
            "release": True,
        },
        "defaults": {scene.file.backend.wheels: "."},
        "axes": {"check": {"suites": list(rows)}, "python": [str(version) for version in scene.file.backend.python]},
        "exclude": _exclude(scene, rows),
        "suites": {name: suite for name, (suite, _) in rows.items()},
        "configurations": {name: {"suite": name, **configuration} for name, (_, configuration) in rows.items()},
        "runner": "linux-cpu",
        "jobs": jobs,
        "outputs": {"verdict": "report.verdict"},
    }
    advisory = [name for name in rows if not scene.gates(_workflow(scene, name))]
    if len(advisory) < len(rows):
        made["experimental"] = [{"check": name} for name in advisory]
        made["gate"] = {"requires": list(jobs)}
    return made


def _rows(scene: Scene) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Suite and configuration of each row, by name, as far as the stage runs it."""
    backend = scene.file.backend
    rows: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    if scene.stage.runs("lint"):
        for name, command in backend.lint.items():
            rows[name] = ({"command": list(command)}, {"timeout-minutes": 10})
    places = list(backend.tests.places)
    if scene.stage.runs("unit"):
        rows["unit"] = ({"tests": list(backend.tests.unit), "places": places}, {})
    if scene.stage.runs("emulation"):
        suite = {"tests": list(backend.tests.emulation), "places": places}
        rows["emulation"] = (suite, {"env": dict(backend.tests.emulation_env)})
    return rows


def _workflow(scene: Scene, row: str) -> str:
    return "lint" if row in scene.file.backend.lint else row


def _exclude(scene: Scene, rows: dict[str, Any]) -> list[dict[str, str]]:
    """Linters run on the first Python only."""
    others = [str(version) for version in scene.file.backend.python[1:]]
    linters = [name for name in rows if name in scene.file.backend.lint]
    return [{"check": name, "python": version} for name in linters for version in others]
