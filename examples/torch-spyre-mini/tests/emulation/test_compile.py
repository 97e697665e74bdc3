"""torch.compile(backend="spyre"): a whole graph becomes one program of the card."""

from __future__ import annotations

import pytest
import torch
from torch import nn


def test_a_layer_is_one_program() -> None:
    torch.manual_seed(4)
    layer, rows = nn.Linear(4, 5), torch.randn(3, 4)
    with torch.no_grad():
        wanted = layer(rows).relu()
        layer.to("spyre")
        compiled = torch.compile(lambda given: layer(given).relu(), backend="spyre", fullgraph=True)
        on_card = rows.to("spyre")
        torch.spyre.reset_executed()
        found = [compiled(on_card) for _ in range(3)]
    assert torch.spyre.executed() == {"program": 3, "t": 3, "addmm": 3, "relu": 3}
    torch.testing.assert_close(found[-1].cpu(), wanted)


def test_the_cpu_has_no_such_programs() -> None:
    with pytest.raises(Exception, match="all of its inputs on one card; they are on cpu"):
        torch.compile(lambda given: given + 1, backend="spyre", fullgraph=True)(torch.ones(2))
