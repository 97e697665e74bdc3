"""What the installed wheels must do; run it where they are installed: `python -m pytest tests`."""

from importlib.metadata import entry_points, version

import mini_pjrt
import mini_plugin
import pytest


def test_the_parts_are_of_one_version():
    parts = {*mini_plugin.describe().values(), version("mini-plugin").split("+")[0], version("mini-pjrt").split("+")[0]}
    assert len(parts) == 1


def test_the_kernel_multiplies():
    a, b = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[1.0, 0.0, 2.0], [0.0, 1.0, 3.0]]
    assert mini_plugin.matmul(a, b) == [[1, 2, 8], [3, 4, 18], [5, 6, 28]]


def test_a_product_that_runs_on_several_threads():
    one = [[float(i == j) for j in range(100)] for i in range(100)]
    other = [[float(i * 100 + j) for j in range(100)] for i in range(100)]
    assert mini_plugin.matmul(one, other) == other


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="do not fit"):
        mini_plugin.matmul([[1.0]], [[1.0], [2.0]])


def test_random_words_are_the_published_ones():
    assert mini_plugin.bits(1234567, 3) == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_the_runtime_has_a_device():
    assert mini_pjrt.device_count() == 1


def test_the_entry_point_describes_it():
    found = entry_points(group="mini_plugins")
    assert [point.load()() for point in found if point.name == "mini"] == [mini_plugin.describe()]
