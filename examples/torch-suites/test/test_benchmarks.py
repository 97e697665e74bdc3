"""Micro benchmarks: what they measure goes into the report as properties; what they assert holds on any machine."""

import pytest
import torch
from torch.utils.benchmark import Timer
from torch_suites import ZOO
from torch_suites.layers import attend
from torch_suites.timing import measure


def _median_s(statement, **names):
    """The median of at least 0.1 s worth of calls, in seconds a call."""
    return Timer(statement, globals={"torch": torch, **names}).blocked_autorange(min_run_time=0.1).median


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_matrix_product(dtype, record_property):
    seconds = {}
    for size in (64, 512):
        a, b = torch.randn(2, size, size, dtype=dtype)
        seconds[size] = _median_s("a @ b", a=a, b=b)
        record_property(f"gflops_{size}", 2e-9 * size**3 / seconds[size])
    assert 2e-9 * 512**3 / seconds[512] > 0.5  # GFLOPS; a core does tens
    assert seconds[512] > 20 * seconds[64]  # 512 times the work


def test_one_batch_beats_many_calls(record_property):
    rows, matrix = torch.randn(256, 64), torch.randn(64, 64)
    together = _median_s("rows @ matrix", rows=rows, matrix=matrix)
    apart = _median_s("[row @ matrix for row in rows]", rows=rows, matrix=matrix)
    record_property("speedup", apart / together)
    assert apart > 3 * together


def test_tensors_beat_python(record_property):
    numbers = torch.rand(20_000)
    tensor = _median_s("numbers.sum()", numbers=numbers)
    python = _median_s("sum(numbers)", numbers=numbers.tolist())
    record_property("speedup", python / tensor)
    assert python > 3 * tensor


def test_attention_grows_with_the_square_of_the_length(record_property):
    seconds = {}
    for length in (128, 512):
        query, key, value = torch.randn(3, 4, length, 32)
        seconds[length] = _median_s("attend(q, k, v)", attend=attend, q=query, k=key, v=value)
        record_property(f"us_{length}", 1e6 * seconds[length])
    assert seconds[512] > 4 * seconds[128]  # linear would be 4, quadratic is 16


def test_memory_is_read_at_a_plausible_speed(record_property):
    block = torch.ones(4_000_000)
    seconds = _median_s("block.sum()", block=block)
    speed = block.nbytes / seconds / 1e9
    record_property("gb_per_s", speed)
    assert 0.2 < speed < 2000


@pytest.mark.parametrize("name", ZOO)
def test_training_step(name, record_property):
    entry = ZOO[name]
    model = entry.make()
    inputs, targets = entry.batch(32)

    def backward():
        model.zero_grad()
        entry.loss(model(inputs), targets).backward()

    def forward():
        with torch.inference_mode():
            model(inputs)

    both, alone = measure(backward, repeats=15), measure(forward, repeats=15)
    record_property("step_ms", 1e3 * both.median_s)
    record_property("forward_ms", 1e3 * alone.median_s)
    assert alone.best_s < both.best_s
    assert both.median_s < 5
