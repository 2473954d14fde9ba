"""Simulation-based calibration: the machinery; its results are in docs/fit.md."""

import numpy as np

from aldesim.forecast import Ranks, judge, load_setting
from aldesim.forecast.check import DRAWS, least_p, one_repeat, simulated_person
from aldesim.population.random import uniform


def ranks_of(share):
    """Ranks of 400 repeats of one quantity, from uniform shares."""
    drawn = uniform(1, "ranks", np.arange(400), 1)[:, 0]
    return Ranks({"a": np.floor(share(drawn) * (DRAWS + 1)).astype(np.int64)})


def test_even_ranks_pass_and_uneven_ones_do_not():
    assert least_p(judge(ranks_of(lambda u: u))) > 0.01
    assert least_p(judge(ranks_of(lambda u: u**1.5))) < 0.01
    assert least_p(judge(ranks_of(lambda u: 0.5 + 0.7 * (u - 0.5)))) < 0.01


def test_a_simulated_person_is_read_as_charted_and_always_the_same():
    setting = load_setting()
    one, truth = simulated_person(setting, 1, 4)
    again, _ = simulated_person(setting, 1, 4)
    other, _ = simulated_person(setting, 1, 5)
    assert one.plain() == again.plain() != other.plain()
    pressure = one.readings.value[one.readings.sign == "MAP"]
    assert (pressure == np.round(pressure)).all()
    assert set(one.known) == {"age", "sex", "body_weight", "body_height"}
    assert all(np.isfinite(value) for value in truth.values())


def test_a_truth_is_ranked_in_every_quantity():
    ranks = one_repeat(load_setting(support="none"), 1, 0, particles=32)
    assert {"linear_clearance", "MAP day 4"} <= set(ranks)
    assert all(0 <= rank <= 32 <= DRAWS for rank in ranks.values())
