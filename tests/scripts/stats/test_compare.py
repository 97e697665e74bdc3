"""Comparisons with their verdicts, notes and corners."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from shuntyard import wire
from shuntyard.stats import bootstrap
from shuntyard.stats.compare import Comparison, compare, decide, overall
from shuntyard.stats.margin import MEMORY, TIME
from shuntyard.stats.sample import Sample
from tests.scripts.stats.samples import draw_sample


def one(sample: Sample) -> Comparison:
    (decided,) = decide([compare(sample, TIME, seed=1)])
    return decided


def test_equal_pairs_are_equivalent_and_say_what_was_done() -> None:
    each = one(draw_sample(np.random.default_rng(1), 20))
    assert (each.verdict, each.method, each.rank_test) == ("equivalent", "paired", "Wilcoxon signed-rank")
    assert each.effect is not None and each.ci_low is not None and each.ci_high is not None
    assert 0.9 < each.ci_low < each.effect < each.ci_high < 1.1
    assert each.level_a is not None and each.level_b == pytest.approx(each.level_a * each.effect)
    assert each.cv == pytest.approx(0.07, abs=0.03)
    assert (each.n_a, each.n_b, each.more, each.note) == (20, 20, None, "")
    assert each.needed is not None and each.needed < 20


def test_two_samples_say_so() -> None:
    each = one(draw_sample(np.random.default_rng(2), 20, 1.3, paired=False))
    assert (each.verdict, each.method, each.rank_test) == ("regressed", "welch", "Mann-Whitney")
    assert each.p_rank is not None and each.p_rank < 0.001
    assert each.cv == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_runs_are_inconclusive_with_the_reason(n: int) -> None:
    sample = Sample(metric="time", baseline=(1.0,) * n, candidate=(1.0,) * n, dropped={"fallback": 3})
    each = one(sample)
    assert (each.verdict, each.effect, each.ci_low, each.holm_equivalent) == ("inconclusive", None, None, None)
    assert each.note == f"two runs of each arm are needed, there are {n} and {n} usable runs (left out: 3 × fallback)"


def test_too_few_noisy_runs_say_how_many_more() -> None:
    each = one(draw_sample(np.random.default_rng(3), 4, cv=0.15))
    assert each.verdict == "inconclusive"
    assert each.more is not None
    assert each.note == f"about {each.more} more pairs would settle it"
    assert each.needed is not None and each.needed > 4


def test_a_ratio_at_the_edge_says_that_no_number_of_runs_helps() -> None:
    chance = np.random.default_rng(4)
    noise = np.exp(chance.normal(0, 0.05, 20))
    noise /= math.exp(float(np.log(noise).mean()))
    pairs = tuple((100.0, 110.0 * float(factor)) for factor in noise)
    sample = Sample(metric="time", baseline=(100.0,) * 20, candidate=tuple(b for _, b in pairs), pairs=pairs)
    each = one(sample)
    assert (each.verdict, each.more) == ("inconclusive", None)
    assert each.note == "the ratio lies at the edge of the margin: not even 1000 pairs would settle it"


def test_a_verdict_that_falls_to_the_correction_says_so() -> None:
    chance = np.random.default_rng(5)
    border = next(
        sample
        for sample in (draw_sample(chance, 8, 1.04) for _ in range(500))
        if 0.02 < (compare(sample, TIME, seed=1, resamples=2).p_equivalent or 0) < 0.05
    )
    alone = one(border)
    noisy = [compare(draw_sample(chance, 3, cv=0.5), TIME, seed=1, resamples=2) for _ in range(5)]
    corrected = decide([compare(border, TIME, seed=1), *noisy])[0]
    assert (alone.verdict, corrected.verdict) == ("equivalent", "inconclusive")
    assert corrected.note.startswith("equivalent by itself, but not beside 5 other tests; about ")


def test_what_could_not_be_tested_does_not_count_in_the_family() -> None:
    sample = draw_sample(np.random.default_rng(6), 20)
    empty = Sample(metric="memory", baseline=(), candidate=())
    family = decide([compare(sample, TIME, seed=1), *[compare(empty, MEMORY, seed=1)] * 50])
    assert family[0].holm_equivalent == family[0].p_equivalent
    assert decide([]) == ()


def test_the_overall_comparison_weighs_configurations_alike() -> None:
    chance = np.random.default_rng(7)
    parts = [
        compare(draw_sample(chance, n, ratio), TIME, seed=1, group=f"{ratio}")
        for n, ratio in ((20, 1.0), (200, 1.2), (2, 1.1))
    ]
    nothing = compare(
        Sample(metric="time", baseline=(), candidate=(), dropped={"error": 2}), TIME, seed=1, group="gone"
    )
    (each,) = decide([overall([*parts, nothing], TIME, "time")])
    assert each.method == "stratified"
    assert each.effect == pytest.approx(1.1, abs=0.05)
    assert (each.n_a, each.dropped) == (222, {"error": 2})
    assert each.note == "1 of the configurations could not be measured"


def test_overall_of_nothing_is_inconclusive() -> None:
    (each,) = decide([overall([], TIME, "time")])
    assert (each.verdict, each.effect, each.note) == ("inconclusive", None, "no configuration could be measured")


def test_the_same_seed_gives_the_same_numbers() -> None:
    sample = draw_sample(np.random.default_rng(8), 9)
    few = compare(sample, TIME, seed=5, resamples=20)
    assert few == compare(sample, TIME, seed=5, resamples=20)
    assert len({compare(sample, TIME, seed=seed, resamples=20).median_low for seed in range(20)}) > 1


def test_the_bootstrap_ignores_one_odd_run() -> None:
    sample = draw_sample(np.random.default_rng(9), 20)
    odd = (*sample.pairs[:-1], (100.0, 1000.0))
    middle, low, high = bootstrap.median_of_ratios(odd, confidence=0.9, seed=1)
    assert 0.93 < low < middle < high < 1.07
    ratio = bootstrap.ratio_of_medians([a for a, _ in odd], [b for _, b in odd], confidence=0.9, seed=1)
    assert 0.93 < ratio[1] < ratio[0] < ratio[2] < 1.07


def test_a_comparison_is_plain_json() -> None:
    text = json.dumps(wire.encode(one(draw_sample(np.random.default_rng(10), 5))), allow_nan=False)
    assert json.loads(text)["margin_high"] == 1.1


def test_identical_values_are_compared_without_a_spread() -> None:
    pairs = ((200.0, 200.0),) * 4
    each = one(Sample(metric="memory", baseline=(200.0,) * 4, candidate=(200.0,) * 4, pairs=pairs))
    assert (each.verdict, each.effect, each.ci_low, each.cv, each.p_rank) == ("equivalent", 1.0, 1.0, 0.0, 1.0)
