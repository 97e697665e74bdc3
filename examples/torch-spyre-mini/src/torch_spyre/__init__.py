"""PyTorch on Spyre cards, in miniature: the device `spyre`, its kernels, and cards that are emulated on the CPU.

`import torch` loads it through the entry point `torch.backends`; TORCH_SPYRE_EMULATE=1 puts emulated cards in.
"""

from __future__ import annotations

__version__ = "0.1.0"

_loaded = False


def autoload() -> None:
    """Makes `spyre` a device of PyTorch, with whichever cards there are. A second call does nothing."""
    global _loaded
    if _loaded:
        return
    from torch_spyre import registration

    registration.register()
    _loaded = True
