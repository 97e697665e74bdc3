"""Rendered files are what the matrices make."""

from __future__ import annotations

from collections.abc import Iterator

from generator import render
from generator.check.subject import Subject
from shuntyard.errors import Problem

SUMMARY = "every rendered file is what its source makes now"


def check(subject: Subject) -> Iterator[Problem]:
    """A forgotten rendering is the usual fate of generated files: pytorch #61868, #165673."""
    yield from render.drift(subject.root, subject.rendering.files)
