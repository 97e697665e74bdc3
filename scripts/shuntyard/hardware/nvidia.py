"""NVIDIA cards, as nvidia-smi lists them: those that the container was given. `memory_gb` is of the smallest card."""

from __future__ import annotations

from pathlib import Path

from shuntyard.hardware.probe import Ask, gigabytes
from shuntyard.result import Hardware

_FIELDS = ("memory.total", "driver_version", "compute_cap", "mig.mode.current")
_OLD_FIELDS = ("memory.total", "driver_version")  # drivers before 510 refuse the whole query for one unknown field
# From which compute capability on arithmetic in a type is native: CUDA C++ Programming Guide, "Compute Capabilities".
_PRECISIONS = (("fp64", 1.3), ("fp32", 1.0), ("fp16", 5.3), ("int8", 6.1), ("bf16", 8.0), ("tf32", 8.0), ("fp8", 8.9))


def detect(root: Path, ask: Ask) -> Hardware | None:  # noqa: ARG001 - the tool knows what /dev does not tell
    for fields in (_FIELDS, _OLD_FIELDS):
        query = f"--query-gpu={','.join(fields)}"
        cards = _cards(ask(["nvidia-smi", query, "--format=csv,noheader,nounits"]), fields)
        if cards:
            return _hardware(cards)
    return None


def _cards(text: str, fields: tuple[str, ...]) -> list[dict[str, str]]:
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines()]
    cards = [dict(zip(fields, cells, strict=True)) for cells in lines if len(cells) == len(fields)]
    return [card for card in cards if card["driver_version"]]


def _hardware(cards: list[dict[str, str]]) -> Hardware:
    capabilities = [_number(card.get("compute_cap", "")) for card in cards]
    lowest = min(capabilities)
    return Hardware(
        class_="gpu",
        vendor="nvidia",
        architecture="gpu_cuda",
        backend="cuda",
        count=len(cards),
        memory_gb=gigabytes(min(_number(card["memory.total"]) for card in cards) * 2**20),  # MiB
        precisions=tuple(name for name, since in _PRECISIONS if since <= lowest),
        features=(
            *sorted({f"sm_{value * 10:.0f}" for value in capabilities if value}),
            *(["multi_instance"] if any(card.get("mig.mode.current") == "Enabled" for card in cards) else []),
        ),
        driver=cards[0]["driver_version"],
    )


def _number(text: str) -> float:
    """0 for `[N/A]` and the like."""
    try:
        return float(text)
    except ValueError:
        return 0.0
