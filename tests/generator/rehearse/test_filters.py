"""Branch filters: what GitHub's cheat sheet says, and no pattern that trips Python over."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generator.rehearse.filters import branch_matches


@pytest.mark.parametrize(
    ("branch", "patterns", "matches"),
    [
        ("main", ["main"], True),
        ("feature/a", ["feature/*"], True),
        ("feature/a/b", ["feature/*"], False),
        ("feature/a/b", ["feature/**"], True),
        ("release-1", ["release-[0-9]"], True),
        ("release-12", ["release-[0-9]+"], True),
        ("main", ["**", "!main"], False),
        ("main", ["!main", "main"], True),
        ("v1.0", ["v1.0"], True),
        ("v1x0", ["v1.0"], False),
        ("main", ["mainx?"], True),
        ("main", ["(main"], False),
        ("[", ["[[]"], True),
        ("a", ["[a[&&~~||--]"], True),
        ("&", ["[a[&&~~||--]"], True),
        ("-", ["[a[&&~~||--]"], True),
        ("b", ["[^a]"], False),
        ("^", ["[^a]"], True),
        ("d", ["[d-f]"], True),
        ("e", ["[d-f]"], True),
        ("e", ["[f-d]"], False),
        ("aab", ["a++b"], True),
        ("b", ["a?+b"], True),
        ("a/b/c", ["a/*+/c"], True),
        ("main", ["+main"], False),
        ("x.y", ["x\\.y"], True),
    ],
)
def test_branch_filters(branch: str, patterns: list[str], matches: bool) -> None:
    assert branch_matches(branch, patterns) is matches


@example("[[]", "")
@given(st.text(alphabet="ab/*?+[]!().\\^-&~|", max_size=12), st.text(alphabet="ab/", max_size=12))
def test_no_filter_is_a_bug(pattern: str, branch: str) -> None:
    assert branch_matches(branch, [pattern]) in (True, False)
