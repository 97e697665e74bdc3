"""Let torchvision be imported beside a PyTorch that its compiled operators do not fit."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import torch

# What torchvision 0.28 registers shapes for at import, whether its operators were loaded or not.
OPERATORS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_libraries = []  # a declaration lives as long as the object that made it


def declare_missing_operators() -> tuple[str, ...]:
    """Declare the operators that torchvision names at import but could not load; return their names.

    The default wheel of torchvision is built against CUDA. Beside a CPU build of PyTorch its compiled part does not
    load, and `import torchvision` ends in "operator torchvision::nms does not exist". Its Python part (transforms,
    layers, feature extraction) is whole, and timm uses nothing else. The declared operators have no implementation:
    calling one is an error. Where torchvision fits, or is absent, nothing is declared.
    """
    found = importlib.util.find_spec("torchvision")
    if found is None or found.origin is None:
        return ()
    for extension in Path(found.origin).parent.glob("_C.*"):
        try:
            torch.ops.load_library(str(extension))
        except OSError:
            break
    missing = tuple(name for name in OPERATORS if not hasattr(torch.ops.torchvision, name))
    if missing:
        library = torch.library.Library("torchvision", "FRAGMENT")
        for name in missing:
            library.define(OPERATORS[name])
        _libraries.append(library)
    return missing
