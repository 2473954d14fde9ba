"""Patients of whom something is known."""

import numpy as np
import pytest

from aldesim.model import parameter_table
from aldesim.population import draw, load_population, patients_of
from aldesim.population.distributions import quantiles, scores_of
from aldesim.population.random import normal

MELANOMA, TABLE, SIZE = load_population("melanoma"), parameter_table(), 4000


def score(name):
    return normal(1, f"population/{name}", np.arange(SIZE), 1)[:, 0]


def like(**known):
    given = {name: np.full(SIZE, value) for name, value in known.items()}
    return patients_of(MELANOMA, TABLE, np.arange(SIZE), score, given)


def test_nothing_known_is_a_plain_draw():
    people, weight = like()
    drawn = draw(MELANOMA, TABLE, 1, np.arange(SIZE))
    assert (weight == 0).all()
    for name, values in drawn.parameters.items():
        assert np.array_equal(values, people.parameters[name])


@pytest.mark.parametrize("distribution", ["normal", "lognormal", "logit-normal"])
def test_scores_invert_quantiles(distribution):
    z = np.linspace(-3, 3, 13)
    values = quantiles(distribution, 0.4, 0.3, (0.05, 0.9), z)
    found, density = scores_of(distribution, 0.4, 0.3, (0.05, 0.9), values)
    assert found == pytest.approx(z, abs=1e-6)
    assert np.isfinite(density).all()


def test_the_density_of_a_value_is_that_of_a_histogram():
    z = normal(2, "z", np.arange(200_000), 1)[:, 0]
    values = quantiles("lognormal", 50.0, 0.4, (20, 120), z)
    share = ((values > 59) & (values < 61)).mean() / 2
    assert np.exp(scores_of("lognormal", 50.0, 0.4, (20, 120), np.array([60.0]))[1][0]) == (
        pytest.approx(share, rel=0.03)
    )


def test_what_is_linked_to_a_known_value_follows_it():
    everyone, _ = like(sex="male")
    tall, weight = like(sex="male", body_height=195.0)
    assert set(tall.covariates["body_height"]) == {195.0}
    assert np.ptp(weight) == pytest.approx(0, abs=1e-9)
    # Correlation 0.4, score of 195 cm about 2.5: heavier by one standard deviation.
    gain = np.log(tall.covariates["body_weight"]) - np.log(everyone.covariates["body_weight"])
    spread = np.log(everyone.covariates["body_weight"]).std()
    assert gain.mean() / spread == pytest.approx(0.4 * (195 - 175.9) / 7.5, rel=0.1)
    narrowed = np.log(tall.covariates["body_weight"]).std() / spread
    assert narrowed == pytest.approx(np.sqrt(1 - 0.4**2), rel=0.05)


def test_a_known_category_bounds_its_neighbours():
    worse, _ = like(M_stage="M1c")
    everyone = draw(MELANOMA, TABLE, 1, np.arange(SIZE)).covariates
    expected = np.median(everyone["LDH_ratio"][everyone["M_stage"] == "M1c"])
    assert np.median(worse.covariates["LDH_ratio"]) == pytest.approx(expected, rel=0.05)


def test_a_known_weight_says_something_of_an_unknown_sex():
    people, weight = like(body_weight=60.0)
    weights = np.exp(weight - weight.max())
    women = weights[people.covariates["sex"] == "female"].sum() / weights.sum()
    everyone = draw(MELANOMA, TABLE, 3, np.arange(20_000)).covariates
    near = np.abs(everyone["body_weight"] - 60) < 3
    assert women == pytest.approx((everyone["sex"][near] == "female").mean(), abs=0.03)


def test_values_beyond_the_population_are_kept():
    people, _ = like(age=82.0, ECOG=3)
    assert set(people.covariates["age"]) == {82.0}
    assert set(people.covariates["ECOG"]) == {3}
    assert np.isfinite(people.covariates["FEV1"]).all()
