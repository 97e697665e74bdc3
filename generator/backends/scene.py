"""What every pipeline of a backend is made from: the file, and what its stage makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generator.backend_format import BackendFile
from generator.ladder.effective import EffectiveStage

PINNED, MAIN = "pinned", "main"
PULL_REQUEST, SCHEDULED = "pull-request", "scheduled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One backend at its stage."""

    file: BackendFile
    stage: EffectiveStage

    @property
    def name(self) -> str:
        return self.file.pipeline

    def named(self, part: str) -> str:
        """The name of one of its pipelines."""
        return f"{self.file.pipeline}-{part}"

    def gates(self, workflow: str) -> bool:
        """Whether a pull request must pass the workflow."""
        return workflow in self.stage.gates

    def runners(self) -> dict[str, Any]:
        """The runners of the file, as a pipeline's own."""
        return {name: item.model_dump(by_alias=True, exclude_none=True) for name, item in self.file.runners.items()}

    def on_hardware(self, inputs: list[str], crons: tuple[str, ...]) -> dict[str, Any]:
        """What starts a pipeline that needs cards: crons, the stage's label, or every pull request of its own."""
        triggers: dict[str, Any] = {"call": {"inputs": inputs}, "dispatch": True}
        if crons:
            triggers["schedule"] = [{"cron": cron, "size": SCHEDULED} for cron in crons]
        triggers["forks"] = False  # GitHub does not say whether whoever labels may write; the bot of tags asks
        if self.stage.every_pull_request:
            triggers["pull-request"] = {}
            triggers["labels"] = list(self.file.stages.labels)
            triggers["labels-as"] = "tags"
        elif self.stage.labels:
            triggers["labels"] = list(self.stage.labels)
            triggers["labels-as"] = self.file.backend.labels_as
        return triggers

    def stacks(self) -> dict[str, Any]:
        """The axis of the two stacks, and which run sees which."""
        sizes = {
            PULL_REQUEST: {"stack": [self.stage.pull_request_stack]},
            SCHEDULED: {"stack": [self.stage.scheduled_stack]},
            "both": "all",
        }
        return {"axes": {"stack": [PINNED, MAIN]}, "sizes": sizes}

    def prepare(self) -> dict[str, Any]:
        """How each stack is installed."""
        stacks = self.file.backend.stacks
        assert stacks is not None, "disagreements say so first"
        return {"by": "stack", "values": {PINNED: stacks.pinned.prepare, MAIN: stacks.main.prepare}}
