"""What a benchmark measured besides its time, such as the peak memory, is printed below the table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

BESIDES = pytest.StashKey[dict[str, dict[str, object]]]()


@pytest.fixture(autouse=True)
def besides(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keeps a benchmark's extra figures until the end."""
    benchmark: BenchmarkFixture | None = None
    if "benchmark" in request.fixturenames:
        benchmark = request.getfixturevalue("benchmark")
    yield
    if benchmark:
        request.config.stash.setdefault(BESIDES, {})[request.node.name] = dict(benchmark.extra_info)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("benchmark_enable"):
        for name, figures in config.stash.get(BESIDES, {}).items():
            told = ", ".join(f"{what} {_shown(figure)}" for what, figure in figures.items())
            if told:
                terminalreporter.write_line(f"{name}: {told}")


def _shown(figure: object) -> str:
    return f"{figure:,.3f}".rstrip("0").rstrip(".") if isinstance(figure, float) else f"{figure}"
