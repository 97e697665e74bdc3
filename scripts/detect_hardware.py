"""detect-hardware: what accelerator this machine has, and whether it is the one that was asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from shuntyard import wire
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.hardware.registry import detect_all, require

CONTRACT = Contract(
    name="detect-hardware",
    summary="Say what accelerator this machine has.",
    inputs=(
        Input(
            name="requires", help="What the machine must have, such as gpu_rocm:8; empty asks for nothing.", default=""
        ),
    ),
    outputs=(
        Output(name="hardware", help="The device, as JSON; unknown fields are empty."),
        Output(name="class", help="Its class: cpu, gpu, tpu or npu."),
        Output(name="backend", help="What a framework calls it: cpu, cuda, rocm, metal, spyre, hpu, tpu ..."),
        Output(name="count", help="How many of them this job can reach."),
    ),
    exits={
        0: "detected",
        1: "the machine does not have what is required",
        2: "an input is wrong",
        3: "a bug in Shuntyard",
    },
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:  # noqa: ARG001 - nothing of it is needed
    found = detect_all()
    for hardware in found:
        details = filter(None, [hardware.vendor, *hardware.features, hardware.driver and f"driver {hardware.driver}"])
        print(f"{hardware.count} × {hardware.architecture}, {hardware.memory_gb:g} GB ({', '.join(details)})")
    chosen = require(str(inputs["requires"]), found) if inputs["requires"] else found[0]
    return Done(
        outputs={
            "hardware": json.dumps(wire.encode(chosen)),
            "class": chosen.class_,
            "backend": chosen.backend,
            "count": str(chosen.count),
        }
    )


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
