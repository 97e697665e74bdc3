"""Which test files there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.shards.discover import find_tests


def test_a_folder_has_the_files_that_are_called_tests(tmp_path: Path) -> None:
    for name in ("test_a.py", "dynamo/test_b.py", "elastic/api_test.py", "helper.py", "x.txt", ".git/test_no.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert find_tests(tmp_path) == {"test_a", "dynamo/test_b", "elastic/api_test"}


def test_a_list_has_one_a_line(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("# mine\n test_a.py \n\ndynamo/test_b\n")
    assert find_tests(tmp_path / "list") == {"test_a", "dynamo/test_b"}


@pytest.mark.parametrize("name", ["empty", "nowhere", "binary"])
def test_nothing_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ShuntyardError, match=r"the tests in|no test in"):
        find_tests(tmp_path / name)
