import numpy as np
import pytest

from aldesim.evidence.predict import predict
from aldesim.evidence.readouts.values import Values
from aldesim.trial.endpoints import kaplan_meier

RNG = np.random.default_rng(11)
PEOPLE = Values(RNG.normal(10, 2, 4000))


def test_interval_of_a_mean_is_its_standard_error(observation):
    found = predict(observation(n=25), PEOPLE, replicates=20_000)
    assert found.quantiles[0] == pytest.approx(10 - 1.96 * 0.4, abs=0.08)
    assert found.quantiles[-1] == pytest.approx(10 + 1.96 * 0.4, abs=0.08)


def test_a_larger_study_is_predicted_more_narrowly(observation):
    small, large = (predict(observation(n=n), PEOPLE) for n in (5, 500))
    width = [found.quantiles[-1] - found.quantiles[0] for found in (small, large)]
    assert width[0] > 8 * width[1]


def test_rounding_and_study_effect_widen(observation):
    plain = predict(observation(n=400), PEOPLE)
    rounded = predict(observation(n=400, resolution=4.0), PEOPLE)
    shifted = predict(observation(n=400, between_study=0.3), PEOPLE)
    assert plain.quantiles[-1] < 10.5
    assert rounded.quantiles[-1] == pytest.approx(11.9, abs=0.2)
    assert shifted.quantiles[-1] == pytest.approx(10 * np.exp(1.96 * 0.3), rel=0.06)


def test_proportion_is_binomial_and_moves_on_the_logit(observation):
    people = Values((np.arange(1000) < 200).astype(float))
    one = observation(kind="proportion", value=20.0, n=100)
    found = predict(one, people, replicates=20_000)
    assert found.quantiles[0] == pytest.approx(12, abs=1.01)
    assert found.quantiles[-1] == pytest.approx(28, abs=1.01)
    spread = predict(observation(kind="proportion", value=20.0, n=100, between_study=0.5), people)
    assert spread.quantiles[-1] > 36


def test_scores_of_all_counts_sum_to_one(observation):
    people = Values((np.arange(100) < 30).astype(float))
    chances = [
        np.exp(predict(observation(kind="proportion", value=5.0 * k, n=20), people).log_score)
        for k in range(21)
    ]
    assert sum(chances) == pytest.approx(1, abs=1e-6)


def test_density_integrates_to_one_over_the_relative_value(observation):
    # the score is a density relative to the value: divided by the value it is one per unit
    values = np.linspace(7, 13, 601)
    density = [np.exp(predict(observation(value=v), PEOPLE).log_score) / v for v in values]
    assert np.trapezoid(density, values) == pytest.approx(1, abs=0.03)


def test_a_hit_scores_above_a_miss_and_a_miss_has_a_floor(observation):
    hit, near, far = (predict(observation(value=v), PEOPLE) for v in (10.0, 12.0, 1e4))
    assert hit.inside
    assert not near.inside
    assert hit.log_score > near.log_score >= far.log_score > -7


def test_bounds_pass_on_their_side(observation):
    assert predict(observation(side="at least", value=9.0), PEOPLE).inside
    assert not predict(observation(side="at least", value=11.0), PEOPLE).inside
    assert predict(observation(side="at most", value=11.0), PEOPLE).inside
    never = Values(np.full(20, np.inf))
    assert predict(observation(kind="timing", side="at least", value=6.0), never).inside


def test_survival_median_is_that_of_kaplan_meier(observation):
    time = np.round(RNG.exponential(20, 300), 0) + 1
    event = RNG.random(300) < 0.6
    one = observation(kind="survival", value=20.0, n=300)
    found = predict(one, Values(time, event), replicates=4000)
    assert found.quantiles[3] == pytest.approx(kaplan_meier(time, event).median().value, rel=0.1)
    low, high = kaplan_meier(time, event).median()[1:]
    assert found.quantiles[0] == pytest.approx(low, rel=0.15)
    assert found.quantiles[-1] == pytest.approx(high, rel=0.15)


def test_minimum_and_maximum_of_a_group(observation):
    low, high = (
        predict(observation(kind=kind, n=28), PEOPLE).quantiles[3]
        for kind in ("minimum", "maximum")
    )
    assert low == pytest.approx(10 - 2 * 2, abs=0.4)
    assert high == pytest.approx(10 + 2 * 2, abs=0.4)


def test_patients_without_the_quantity_are_no_part_of_the_group(observation):
    mixed = Values(np.where(np.arange(4000) % 2, PEOPLE.value, np.nan))
    assert predict(observation(), mixed).patients == 2000
    assert predict(observation(), Values(np.array([1.0, 2.0, np.nan]))) is None


def test_numbers_belong_to_the_observation(observation):
    once, again = predict(observation(), PEOPLE), predict(observation(), PEOPLE)
    other = predict(observation(id="other"), PEOPLE)
    assert np.array_equal(once.replicates, again.replicates)
    assert not np.array_equal(once.replicates, other.replicates)


@pytest.mark.parametrize("kind", ["mean", "median"])
def test_intervals_hold_what_they_promise(observation, kind):
    truth = np.random.default_rng(3)
    statistic = {"mean": np.mean, "median": np.median}[kind]
    inside = 0
    for study in range(300):
        value = float(statistic(truth.choice(PEOPLE.value, 25)))
        one = observation(id=f"study {study}", kind=kind, value=value, n=25)
        inside += predict(one, PEOPLE, replicates=500).inside
    assert 0.91 < inside / 300 < 0.985
