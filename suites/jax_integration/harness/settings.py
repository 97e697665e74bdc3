"""What is expected of the installation under test: from options, or else from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NamedTuple

import pytest

ROCM_LINKS = "_hybrid,_linalg,_prng,_rnn,_solver,_sparse,_triton"


class Option(NamedTuple):
    """`--name`, or JAX_INTEGRATION_NAME. `rocm` is the default there, `other` elsewhere."""

    name: str
    help: str
    rocm: str = ""
    other: str = ""

    @property
    def variable(self) -> str:
        return "JAX_INTEGRATION_" + self.name.upper().replace("-", "_")


OPTIONS = (
    Option("platform", "What JAX is to compute on: rocm, cuda, cpu. It has to be said, so that no test falls back."),
    Option("expect-devices", "How many devices there are to be; 0 takes what is there.", "0", "0"),
    Option("plugin", "The distribution of the plugin.", "jax-rocm7-plugin"),
    Option("pjrt", "The distribution of its PJRT runtime.", "jax-rocm7-pjrt"),
    Option("plugin-module", "The plugin's module; else its distribution's name with underscores."),
    Option("links", "The plugin's compiled modules, separated by commas.", ROCM_LINKS),
    Option("follows", "The distribution whose major and minor version the plugin shares.", "jaxlib"),
    Option("expect-versions", "Exact versions, such as 'jax==0.10.2 jaxlib==0.10.2'."),
    Option("test-limit", "How many seconds a test may take.", "300", "300"),
    Option("seen", "A file for what the devices say of themselves, as JSON."),
    Option("journal", "A file for every event as it happens, in pytest-reportlog's format."),
)


@dataclass(frozen=True)
class Settings:
    """The options as values. `versions` maps distributions to the exact version that they have to be."""

    platform: str
    expect_devices: int
    plugin: str
    pjrt: str
    plugin_module: str
    links: tuple[str, ...]
    follows: str
    versions: dict[str, str]
    test_limit_s: float
    seen: str
    journal: str

    @property
    def distributions(self) -> tuple[str, ...]:
        """Everything that is under test, by the name of its distribution."""
        return tuple(dict.fromkeys(filter(None, ("jax", "jaxlib", self.plugin, self.pjrt, *self.versions))))


KEY = pytest.StashKey[Settings]()
TEXTS = pytest.StashKey[dict[str, str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("JAX integration")
    for option in OPTIONS:
        group.addoption(f"--{option.name}", default=None, help=f"{option.help} Also {option.variable}.")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    given = {option.name: config.getoption(option.name.replace("-", "_")) for option in OPTIONS}
    texts = {
        option.name: os.environ.get(option.variable, "") if given[option.name] is None else str(given[option.name])
        for option in OPTIONS
    }
    on_rocm = texts["platform"] == "rocm"
    for option in OPTIONS:
        texts[option.name] = texts[option.name] or (option.rocm if on_rocm else option.other)
    config.stash[TEXTS] = texts
    config.stash[KEY] = _settings(texts)


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> Settings:
    return request.config.stash[KEY]


def _settings(texts: dict[str, str]) -> Settings:
    if not texts["platform"]:
        raise pytest.UsageError("say what JAX is to compute on: --platform rocm, or --platform cpu")
    pairs = [word.partition("==") for word in texts["expect-versions"].replace(",", " ").split()]
    for name, equals, version in pairs:
        if not (name and equals and version):
            raise pytest.UsageError(f"--expect-versions: write name==version, not {name + equals + version!r}")
    return Settings(
        platform=texts["platform"],
        expect_devices=int(_number("expect-devices", texts)),
        plugin=texts["plugin"],
        pjrt=texts["pjrt"],
        plugin_module=texts["plugin-module"] or texts["plugin"].replace("-", "_"),
        links=tuple(filter(None, texts["links"].split(","))),
        follows=texts["follows"],
        versions={name: version for name, _, version in pairs},
        test_limit_s=_number("test-limit", texts),
        seen=texts["seen"],
        journal=texts["journal"],
    )


def _number(name: str, texts: dict[str, str]) -> float:
    try:
        value = float(texts[name])
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise pytest.UsageError(f"--{name} is {texts[name]!r}; write a number such as 8")
    return value
