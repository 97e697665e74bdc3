"""apply-patches on real checkouts: all of them or none, and the one that fails is named to its hunk."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.scripts.runner_samples import script, write_project

TEXT = "".join(f"line {number}\n" for number in range(1, 31))


def git(folder: Path, *words: str) -> str:
    config = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *config, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Two checkouts side by side, `plugin` with patches and `jax`, below a third, as a job may have them."""
    write_project(tmp_path, {"jax/pkg/a.py": TEXT, "jax/b.txt": "b\n", "plugin/ci/README": "x\n"})
    for folder in (tmp_path, tmp_path / "jax"):
        git(folder, "init")
    git(tmp_path / "jax", "add", ".")
    git(tmp_path / "jax", "commit", "-m", "x")
    return tmp_path


def patch(checkout: Path, name: str, **changes: tuple[str, str]) -> None:
    """Writes a patch that replaces a text by another in `pkg/a.py` (a) or `b.txt` (b), and leaves it applied."""
    files = {"a": checkout / "jax/pkg/a.py", "b": checkout / "jax/b.txt"}
    for key, (old, new) in changes.items():
        text = files[key].read_text()
        assert old in text
        files[key].write_text(text.replace(old, new))
    target = checkout / "plugin/ci" / name
    target.write_text(git(checkout / "jax", "diff"))
    git(checkout / "jax", "commit", "-am", name)


def unpatched(checkout: Path) -> None:
    first = git(checkout / "jax", "rev-list", "--max-parents=0", "HEAD").strip()
    git(checkout / "jax", "reset", "--hard", first)


def apply(checkout: Path, patches: str = "plugin/ci/*.patch", target: str = "jax") -> subprocess.CompletedProcess[str]:
    files = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(checkout / "output")}
    return script("apply_patches.py", checkout, inputs={"patches": patches, "target": target}, env=files)


def test_patches_apply_in_sorted_order_also_one_on_top_of_another(checkout: Path) -> None:
    patch(checkout, "01-first.patch", a=("line 9\n", "line nine\n"))
    patch(checkout, "02-second.patch", a=("line nine\n", "line neuf\n"), b=("b\n", "c\n"))
    unpatched(checkout)
    done = apply(checkout)
    assert done.returncode == 0, done.stderr
    assert "line neuf\n" in (checkout / "jax/pkg/a.py").read_text()
    assert (checkout / "jax/b.txt").read_text() == "c\n"
    assert done.stdout == "applied plugin/ci/01-first.patch\napplied plugin/ci/02-second.patch\n"
    output = (checkout / "output").read_text()
    assert '["plugin/ci/01-first.patch", "plugin/ci/02-second.patch"]' in output
    assert "\n2\n" in output


def test_one_that_fails_is_named_with_its_hunk_and_nothing_is_applied(checkout: Path) -> None:
    patch(checkout, "01-good.patch", b=("b\n", "c\n"))
    patch(checkout, "02-bad.patch", a=("line 9\n", "line nine\n"))
    patch(checkout, "03-good.patch", a=("line 29\n", "line 29!\n"))
    unpatched(checkout)
    (checkout / "jax/pkg/a.py").write_text(TEXT.replace("line 8\n", "line eight\n"))
    done = apply(checkout)
    assert done.returncode == 1
    assert done.stderr.startswith("::error file=plugin/ci/02-bad.patch,line=5,title=patch::the patch does not apply: ")
    assert "pkg/a.py, hunk at line 6: patch failed: pkg/a.py:6" in done.stderr
    assert "nothing has been changed" in done.stderr
    assert (checkout / "jax/b.txt").read_text() == "b\n"
    assert "applied" not in done.stdout


def test_one_that_is_applied_already_is_known(checkout: Path) -> None:
    patch(checkout, "01.patch", b=("b\n", "c\n"))
    done = apply(checkout)
    assert done.returncode == 1
    assert "it is applied already, it seems" in done.stderr


@pytest.mark.parametrize("text", ["", "no patch at all\n", "--- a/b.txt\n+++ b/b.txt\n@@ -1,9 +1,9 @@\n-b\n"])
def test_what_is_no_patch_is_named(checkout: Path, text: str) -> None:
    patch(checkout, "01.patch", b=("b\n", "c\n"))
    unpatched(checkout)
    (checkout / "plugin/ci/02.patch").write_text(text)
    done = apply(checkout)
    assert done.returncode == 1
    assert "file=plugin/ci/02.patch" in done.stderr
    assert (checkout / "jax/b.txt").read_text() == "b\n"


def test_none_is_fine_and_said(checkout: Path) -> None:
    done = apply(checkout)
    assert (done.returncode, done.stdout) == (0, "no patch to apply: nothing matches plugin/ci/*.patch\n")


def test_a_file_that_is_named_and_not_there_is_a_mistake(checkout: Path) -> None:
    done = apply(checkout, "plugin/ci/x.patch")
    assert done.returncode == 2
    assert "the patch 'plugin/ci/x.patch' is not there" in done.stderr


def test_a_target_that_is_no_repository_is_not_mistaken_for_a_part_of_one_above(checkout: Path) -> None:
    """Else git would pass over every path without a word: they are not below the folder, as the outer one sees it."""
    patch(checkout, "01.patch", b=("b\n", "c\n"))
    unpatched(checkout)
    (checkout / "jax/.git").rename(checkout / "gone")
    assert apply(checkout).returncode == 0
    assert (checkout / "jax/b.txt").read_text() == "c\n"


@pytest.mark.parametrize(
    ("patches", "target"), [("../*.patch", "jax"), ("/etc/*.patch", "jax"), ("plugin/ci/*.patch", ".."), ("x*", "none")]
)
def test_nothing_outside_the_checkout(checkout: Path, patches: str, target: str) -> None:
    assert apply(checkout, patches, target).returncode == 2


def test_a_link_out_of_the_checkout_is_refused(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "x.patch"
    outside.write_text("")
    (checkout / "plugin/ci/01.patch").symlink_to(outside)
    done = apply(checkout)
    assert done.returncode == 2
    assert "leads out of the checkout" in done.stderr


def test_a_patch_cannot_write_outside_the_target(checkout: Path) -> None:
    evil = "--- /dev/null\n+++ b/../evil\n@@ -0,0 +1 @@\n+x\n"
    (checkout / "plugin/ci/01.patch").write_text(evil)
    done = apply(checkout)
    assert done.returncode == 1
    assert not (checkout / "evil").exists()


def test_a_hostile_name_is_only_a_name(checkout: Path) -> None:
    patch(checkout, "01.patch", b=("b\n", "c\n"))
    unpatched(checkout)
    (checkout / "plugin/ci/01.patch").rename(checkout / "plugin/ci/--check ;touch pwned.patch")
    assert apply(checkout).returncode == 0
    assert (checkout / "jax/b.txt").read_text() == "c\n"
    assert not list(checkout.rglob("pwned*"))
