"""The backend `spyre` of torch.compile: one program a graph, which runs as a whole on the card of its inputs.

Its entry point is in the group `torch_dynamo_backends`, so that `torch.compile(model, backend="spyre")` finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from torch_spyre import ledger

PROGRAM = "program"


def compile_graph(graph: torch.fx.GraphModule, inputs: Sequence[Any]) -> Callable[..., Any]:
    """The program of a graph. Raises RuntimeError for inputs that are not all on one card.

    The emulator's program is the graph itself: its operators go to the card's kernels, and each run is counted.
    """
    tensors = [value for value in inputs if isinstance(value, torch.Tensor)]
    places = {str(tensor.device) for tensor in tensors}
    if len(places) != 1 or tensors[0].device.type != "spyre":
        told = ", ".join(sorted(places)) or "no device"
        raise RuntimeError(f"a Spyre program needs all of its inputs on one card; they are on {told}")
    card = tensors[0].device.index

    def program(*args: Any) -> Any:
        ledger.record(card, PROGRAM)
        return graph(*args)

    return program
