"""Simulation-based calibration: the machinery; its results are in docs/fit.md."""

import sys

import numpy as np
import pytest

from aldesim.forecast import Ranks, check, judge, load_setting
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


@pytest.fixture
def quick(monkeypatch):
    """The module with one dose and three readings of each person."""
    module = sys.modules[one_repeat.__module__]
    few = {"EVERY_8_HOURS": ("MAP",), "EVERY_DAY": (), "LEVELS_AT": (), "READ_DAYS": 1}
    for name, value in (few | {"DOSE_COUNT": 1, "FORECAST_DAY": 1}).items():
        monkeypatch.setattr(module, name, value)
    return module


def test_a_truth_is_ranked_in_every_quantity(quick):
    ranks = one_repeat(load_setting(support="none"), 1, 0, particles=32)
    assert {"linear_clearance", "MAP day 1"} <= set(ranks)
    assert all(0 <= rank <= 32 <= DRAWS for rank in ranks.values())


def test_a_killed_check_goes_on_and_ends_with_the_same_bits(quick, tmp_path, monkeypatch):
    setting = load_setting(support="none")

    class KilledError(Exception):
        pass

    def kill(done, total):
        if done == 2:
            raise KilledError

    with pytest.raises(KilledError):
        check(setting, 8, particles=16, out=tmp_path, progress=kill)
    fitted = []

    def counted(setting, seed, repeat, particles):
        fitted.append(repeat)
        return one_repeat(setting, seed, repeat, particles)

    monkeypatch.setattr(quick, "one_repeat", counted)
    resumed = check(setting, 8, particles=16, out=tmp_path)
    assert fitted == [2, 3, 4, 5, 6, 7]  # two people were kept
    for repeat in (1, 7):
        again = one_repeat(setting, 0, repeat, 16)
        assert {name: ranks[repeat] for name, ranks in resumed.ranks.items()} == again
    assert resumed.file and len(resumed.file.read_text().splitlines()) == 9
    # Other candidates are other ranks: nothing that was kept is taken for them.
    with pytest.raises(KilledError):
        check(setting, 8, particles=17, out=tmp_path, progress=kill)
    assert fitted[6:] == [0, 1]
