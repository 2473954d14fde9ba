import numpy as np
import pytest

from aldesim.errors import InputError
from aldesim.trial.design import simon


@pytest.mark.parametrize(
    ("rates", "kind", "limits", "mean", "stop"),
    [
        # Simon 1989, tables 1 and 2: error 0.05, power 0.80, then power 0.90
        ((0.05, 0.25, 0.80), "optimal", (0, 9, 2, 17), 12.0, 0.63),
        ((0.05, 0.25, 0.80), "minimax", (0, 12, 2, 16), 13.8, 0.54),
        ((0.10, 0.30, 0.80), "optimal", (1, 10, 5, 29), 15.0, 0.74),
        ((0.10, 0.30, 0.80), "minimax", (1, 15, 5, 25), 19.5, 0.55),
        ((0.20, 0.40, 0.80), "optimal", (3, 13, 12, 43), 20.6, 0.75),
        ((0.30, 0.50, 0.90), "optimal", (8, 24, 24, 63), 34.7, 0.73),
    ],
)
def test_designs_are_those_of_the_paper(rates, kind, limits, mean, stop):
    p0, p1, power = rates
    found = simon(p0, p1, 0.05, power, kind)
    assert (found.r1, found.n1, found.r, found.n) == limits
    assert found.expected_size(p0) == pytest.approx(mean, abs=0.06)
    assert found.early_stop(p0) == pytest.approx(stop, abs=0.006)


def test_success_is_what_trials_drawn_one_by_one_give():
    found = simon(0.10, 0.30, 0.05, 0.80)
    drawn = np.random.default_rng(1).random((200_000, found.n)) < 0.22
    first, total = drawn[:, : found.n1].sum(axis=1), drawn.sum(axis=1)
    won = (first > found.r1) & (total > found.r)
    assert found.success(0.22) == pytest.approx(won.mean(), abs=0.004)
    assert found.alpha <= 0.05 and found.power >= 0.80


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ((0.3, 0.2, 0.05, 0.8), "p1"),
        ((0.0, 0.2, 0.05, 0.8), "p0"),
        ((0.1, 0.3, 0.9, 0.8), "power"),
    ],
)
def test_senseless_rates_are_refused(arguments, field):
    with pytest.raises(InputError, match=f"simon: {field}|{field} ="):
        simon(*arguments)
