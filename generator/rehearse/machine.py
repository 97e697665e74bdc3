"""What this machine can stand in for: runners, and the environment that a job finds."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from generator import schema
from generator.faults import suggest
from shuntyard.errors import ShuntyardError

# What a job may see of this machine's environment: how to find programs and packages, nothing that is personal.
PASSED_ON = frozenset({
    "LANG", "LANGUAGE", "TZ", "TERM", "USER", "LOGNAME", "SHELL", "PYENV_ROOT", "LD_LIBRARY_PATH", "DEBIAN_FRONTEND",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS",
    "CONTAINERS_STORAGE_CONF",  # where a container engine keeps its images
})  # fmt: skip
PASSED_PREFIXES = ("LC_", "PIP_", "UV_", "CUDA_", "HIP_", "ROCM_", "ROCR_", "HSA_", "SHUNTYARD_")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy")
# GitHub's own plain Linux machines, by every label that they have.
PLAIN = ("ubuntu-latest", "ubuntu-24.04", "ubuntu-22.04")
PLAIN_ARM = ("ubuntu-24.04-arm", "ubuntu-22.04-arm")


def runner_labels(runners: Mapping[str, schema.Runner], extra: Sequence[str]) -> tuple[frozenset[str], ...]:
    """The label sets that this machine answers to: plain runners, GitHub's plain machines, and those named in `extra`.

    Raises ShuntyardError for a name that is no runner's.
    """
    for name in extra:
        if name not in runners:
            raise ShuntyardError(f"there is no runner {name!r}", hint=suggest(name, runners))
    arm = platform.machine().lower() in ("aarch64", "arm64")
    chosen = [runner.labels for name, runner in runners.items() if name in extra or _is_like_this(runner, arm)]
    plain = [[label] for label in (PLAIN_ARM if arm else PLAIN)]
    return tuple(dict.fromkeys(frozenset(labels) for labels in [*chosen, *plain]))


def _is_like_this(runner: schema.Runner, arm: bool) -> bool:
    """Whether a plain runner may be any machine of this kind; a label that names another system says no."""
    words = {word for label in runner.labels for word in label.lower().replace("_", "-").split("-")}
    other = {"linux": {"windows", "macos"}, "darwin": {"windows"}}.get(sys.platform, set())
    is_arm = bool(words & {"arm", "arm64", "aarch64"})
    return runner.accelerator is None and not words & other and (arm or not is_arm)


def search_path(environment: Mapping[str, str]) -> str:
    """PATH without the toolkit's own virtual environment, which a job must neither use nor change."""
    homes = [sys.prefix if sys.prefix != sys.base_prefix else "", environment.get("VIRTUAL_ENV", "")]
    own = {str(Path(home) / "bin") for home in homes if home}
    folders = environment.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in dict.fromkeys(folders) if folder and folder not in own)


def job_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What jobs get of this machine's environment. Their HOME is another, so pip is told where its files are."""
    kept = {n: v for n, v in environment.items() if n in PASSED_ON or n.startswith(PASSED_PREFIXES) or n in PROXIES}
    home = Path(environment.get("HOME", "/nonexistent"))
    cache = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    kept.setdefault("PIP_CACHE_DIR", str(cache / "pip"))
    if config.is_file():
        kept.setdefault("PIP_CONFIG_FILE", str(config))
    return kept


def cache_folder(environment: Mapping[str, str]) -> Path:
    """What rehearsals keep between runs: tools that actions set up, and virtualenv's seeds."""
    home = Path(environment.get("HOME", "/nonexistent"))
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "shuntyard"


def platform_options(labels: Iterable[frozenset[str]]) -> list[str]:
    """act's options that run each of the labels on this machine."""
    names = sorted({label for known in labels for label in known})
    return [option for name in names for option in ("-P", f"{name}=-self-hosted")]
