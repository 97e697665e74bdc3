"""The verbs of the command line, one module each."""

from __future__ import annotations

import argparse
from typing import Protocol


class Verb(Protocol):
    """What a module of this package provides; `run` returns the exit code."""

    SUMMARY: str
    EPILOG: str

    def configure(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...
