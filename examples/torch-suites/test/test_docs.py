"""Every example in the package's docstrings and in docs/ runs and prints what it says it prints."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest
import torch
import torch_suites
from torch import nn

DOCS = Path(__file__).parent.parent / "docs"
MODULES = [f"torch_suites.{module.name}" for module in pkgutil.iter_modules(torch_suites.__path__)]
OPTIONS = doctest.NORMALIZE_WHITESPACE


def _docstrings():
    finder = doctest.DocTestFinder(exclude_empty=True)
    for name in MODULES:
        module = importlib.import_module(name)
        for test in finder.find(module, name, extraglobs={"torch": torch, "nn": nn}):
            if test.examples:
                yield pytest.param(test, id=test.name.removeprefix("torch_suites."))


def _pages():
    parser = doctest.DocTestParser()
    for page in sorted(DOCS.glob("*.md")):
        yield pytest.param(parser.get_doctest(page.read_text(), {}, page.name, str(page), 0), id=page.name)


def _run(test):
    report: list[str] = []
    failed, tried = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=report.append)
    assert tried == len(test.examples) > 0
    assert not failed, "".join(report)


@pytest.mark.parametrize("test", list(_docstrings()))
def test_docstring(test):
    _run(test)


@pytest.mark.parametrize("test", list(_pages()))
def test_page(test):
    _run(test)


def test_a_wrong_example_is_noticed():
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    with pytest.raises(AssertionError, match="Expected:"):
        _run(wrong)


@pytest.mark.parametrize("name", MODULES)
def test_module_says_what_it_is_for(name):
    assert importlib.import_module(name).__doc__


def test_public_names_exist():
    assert all(hasattr(torch_suites, name) for name in torch_suites.__all__)
