import numpy as np
import polars as pl
import pytest

from aldesim.errors import InputError
from aldesim.trial.design import power, predictive, replicate, simon
from aldesim.trial.design.allocation import enrol_trials

MANY = np.arange(1000)


def test_a_replicate_is_the_same_whatever_is_drawn_with_it(pool, make_design):
    design = make_design(allocation={"blocks": [4, 6], "strata": [{"covariate": "ECOG"}]})
    whole = replicate(design, pool, np.arange(40))
    part = replicate(design, pool, np.array([31, 7]))
    for name in ("arms", "contrasts", "trials"):
        one, two = getattr(whole, name), getattr(part, name)
        kept = one.filter(pl.col("replicate").is_in([7, 31])).sort("replicate", *one.columns[1:2])
        assert kept.equals(two.sort("replicate", *two.columns[1:2]), null_equal=True)


def test_blocks_balance_arms_within_every_stratum(pool, make_design):
    design = make_design(allocation={"blocks": [4], "strata": [{"covariate": "ECOG"}]})
    found = enrol_trials(design, pool, np.arange(50), 120)
    stratum = pool.stratum[found.who]
    for key in range(3):
        inside = stratum == key
        new = np.cumsum((found.arm == 0) & inside, axis=1)
        old = np.cumsum((found.arm == 1) & inside, axis=1)
        assert np.abs(new - old).max() <= 2
    first = [found.arm[k][:4].tolist() for k in range(50)]
    assert len({tuple(row) for row in first}) > 3, "blocks must be permuted"


def test_arms_follow_their_ratio(pool, make_design):
    arms = [
        {"name": "new", "scenario": "high-dose-melanoma", "ratio": 2},
        {"name": "old", "scenario": "high-dose-melanoma"},
    ]
    for allocation in ({}, {"blocks": [3, 6]}):
        found = enrol_trials(make_design(arms=arms, allocation=allocation), pool, MANY, 60)
        assert (found.arm == 0).mean() == pytest.approx(2 / 3, abs=0.01)


def test_accrual_and_drop_out_shorten_what_is_seen(pool, make_design):
    months = 365.25 / 12
    accrued = make_design(accrual={"months": 12, "then_follow_months": 6})
    followed = enrol_trials(accrued, pool, MANY, 100).followed
    assert followed.min() >= 6 * months and followed.max() <= 18 * months
    assert followed.mean() == pytest.approx(12 * months, rel=0.02)
    assert (np.diff(followed, axis=1) <= 0).all(), "later entry, shorter follow-up"
    lossy = enrol_trials(make_design(drop_out_per_year=0.1), pool, MANY, 100).followed
    assert (lossy < 365.25).mean() == pytest.approx(0.1, abs=0.005)


def test_predictive_intervals_cover_new_trials(pool, make_design):
    table = predictive(replicate(make_design(), pool, MANY))
    row = table.row(by_predicate=(pl.col("measure") == "Hazard ratio, OS"), named=True)
    assert row["median"] == pytest.approx(350 / 500, abs=0.05)
    new = replicate(make_design(seed=99), pool, MANY).contrasts["hazard_ratio_OS"]
    inside = new.is_between(row["low"], row["high"]).mean()
    assert inside == pytest.approx(0.95, abs=0.02)


def test_two_stages_succeed_as_often_as_the_binomial_says(single, make_design):
    rule = {"p0": 0.10, "p1": 0.30, "power": 0.80}
    trials = replicate(make_design(two_stage=rule), single, MANY).trials
    exact = simon(0.10, 0.30, 0.05, 0.80)
    rate = np.isfinite(single.arms["new"].response_day).mean()
    assert trials["success"].mean() == pytest.approx(exact.success(rate), abs=0.03)
    assert trials["stopped_early"].mean() == pytest.approx(exact.early_stop(rate), abs=0.03)
    assert set(trials["patients"].unique()) == {exact.n1, exact.n}
    assert not trials.filter(pl.col("stopped_early"))["success"].any()


def test_error_of_the_first_kind_is_kept_when_arms_are_equal(pool, make_design):
    from aldesim.trial.design.pool import Pool

    equal = Pool(pool.ids, {"new": pool.arms["old"], "old": pool.arms["old"]}, pool.stratum, {})
    for endpoint in ("OS", "PFS", "response"):
        design = make_design(success={"endpoint": endpoint, "alpha": 0.05, "sided": 1})
        trials = replicate(design, equal, MANY).trials
        assert trials["success"].mean() == pytest.approx(0.05, abs=0.02)


def test_power_rises_with_size_as_schoenfeld_says(pool, make_design):
    from scipy.stats import norm

    design = make_design(knowledge=400)
    curve = power(design, pool, [100, 400], 600)
    events = 400 * np.mean([arm.events["OS"].mean() for arm in pool.arms.values()])
    hazards = [arm.events["OS"].sum() / arm.times["OS"].sum() for arm in pool.arms.values()]
    expected = norm.cdf(np.sqrt(events / 4) * np.log(hazards[1] / hazards[0]) - norm.ppf(0.975))
    assert curve["power"][1] == pytest.approx(expected, abs=0.06)
    assert curve["power"][0] < curve["power"][1]
    assert (curve["low"] <= curve["power"]).all() and (curve["power"] <= curve["high"]).all()
    # What is not known for certain pulls a high power down.
    assert curve["assurance"][1] < curve["power"][1]


def test_power_of_a_two_stage_design_has_one_size(single, make_design):
    design = make_design(two_stage={"p0": 0.1, "p1": 0.3})
    assert power(design, single, (), 200)["size"].to_list() == [29]
    with pytest.raises(InputError, match="29 patients"):
        power(design, single, [40], 200)
