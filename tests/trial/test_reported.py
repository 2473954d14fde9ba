"""The table of endpoints against the tables it is made of."""

import numpy as np
import polars as pl
import pytest

from aldesim.errors import InputError
from aldesim.timeunits import DAYS_PER_MONTH
from aldesim.trial import load_scenario, reported, run
from aldesim.trial.protocol import prepare
from aldesim.trial.reported import write_reported
from aldesim.trial.scenario import Reported

ASKED = Reported(days=(5,), hours=(1, 2, 4, 8), signs=("NK_bright",))


@pytest.fixture(scope="module")
def hiv(tmp_path_factory):
    scenario = load_scenario("hiv-intermittent").model_copy(
        update={"patients": 12, "follow_up_days": 120, "reported": ASKED}
    )
    return run(scenario, out=tmp_path_factory.mktemp("runs") / "hiv")


def one(table, group, endpoint, statistic, day=None):
    found = table.filter(
        (pl.col("group") == group)
        & (pl.col("endpoint") == endpoint)
        & (pl.col("statistic") == statistic)
        & ((pl.col("day") == day) if day is not None else pl.lit(True))
    )
    assert found.height == 1
    return found.row(0, named=True)


def test_cells_on_a_day_are_those_of_the_courses(hiv):
    table = reported(hiv)
    course = hiv.courses.filter(pl.col("time").is_in([0.0, 5.0])).collect()
    first, later = (course.filter(pl.col("time") == day) for day in (0.0, 5.0))
    cells = one(table, "course", "blood_CD4", "mean", 5)
    assert cells["value"] == pytest.approx(later["blood_CD4"].mean())
    assert cells["sd"] == pytest.approx(later["blood_CD4"].std()) and cells["n"] == 12
    assert cells["unit"] == "cells/uL" and cells["low"] is None
    treg = 100 * (later["blood_Treg"] / later["blood_CD4"]).cast(pl.Float64)
    share = one(table, "course", "regulatory T cells, share of CD4 T cells", "median", 5)
    assert share["value"] == pytest.approx(treg.median(), rel=1e-5)
    fold = one(table, "course, fold of day 0", "NK_bright", "median", 5)
    assert fold["value"] == pytest.approx((later["NK_bright"] / first["NK_bright"]).median())
    assert not set(table["group"]) & {"survival", "response, WHO"}, "there is no tumour"


def test_levels_are_those_just_before_a_dose(hiv):
    trough = one(reported(hiv), "drug level", "trough before dose 2 of cycle 1", "median")
    assert trough["unit"] == "IU/mL" and trough["day"] == pytest.approx(0.5)
    level = hiv.courses.filter((pl.col("time") - 0.5).abs() < 1e-6).collect()["il2_plasma"]
    assert trough["value"] == pytest.approx(float(level.median()) / 3.99, rel=0.01)


def test_levels_after_the_first_dose_rise_and_fall(hiv):
    table = reported(hiv)
    at = {h: one(table, "drug level", f"{h} h after the first dose", "median") for h in (1, 4, 8)}
    assert at[1]["value"] < at[4]["value"] > at[8]["value"]
    peak = one(table, "drug level", "highest of these hours", "mean")
    assert peak["value"] >= one(table, "drug level", "4 h after the first dose", "mean")["value"]
    assert 1 <= one(table, "drug level", "hour of the highest", "median")["value"] <= 8
    area = one(table, "drug level", "area under these hours", "mean")
    assert 0 < area["value"] < 8 * peak["value"] and area["unit"] == "h*IU/mL"


def test_looking_changes_nothing(hiv, tmp_path):
    plain = load_scenario("hiv-intermittent").model_copy(
        update={"patients": 12, "follow_up_days": 120}
    )
    seen = run(plain, out=tmp_path / "plain").patients.collect()["blood_CD4_fold_end"]
    np.testing.assert_allclose(hiv.patients.collect()["blood_CD4_fold_end"], seen, rtol=5e-3)


def test_response_survival_doses_and_harm(result):
    table, patients = reported(result), result.patients.collect()
    best = patients["best_response"].to_numpy()
    share = one(
        table, "response, RECIST 1.1", "objective response (CR + PR)", "percent of patients"
    )
    assert share["value"] == pytest.approx(100 * np.isin(best, ("CR", "PR")).mean())
    assert share["low"] <= share["value"] <= share["high"] and share["n"] == len(best)
    doses = one(table, "doses", "doses given", "median")
    assert doses["value"] == patients["doses_given"].median()
    alive = one(table, "survival", "overall survival", "percent at 3 months")
    dead = patients["died"] & (patients["death_day"] <= 3 * DAYS_PER_MONTH)
    assert alive["value"] == pytest.approx(100 * (1 - dead.mean()))
    graded = result.toxicity.filter(pl.col("grade") >= 3).collect()
    severe = one(table, "toxicity, grade 3 or more", "any term", "percent of patients")
    assert severe["value"] == pytest.approx(100 * graded["id"].n_unique() / len(best))
    held = table.filter(pl.col("endpoint").str.starts_with("a dose not given for "))
    assert held.height and (held["value"] <= 100).all()
    by_rule = held["endpoint"].to_list()
    assert len(set(by_rule)) == len(by_rule)


def test_it_is_written_beside_the_report(hiv):
    path = write_reported(hiv)
    assert path == hiv.folder / "endpoints.csv"
    assert pl.read_csv(path, infer_schema_length=None).height == reported(hiv).height


def test_a_sign_that_is_none():
    scenario = load_scenario("hiv-intermittent").model_copy(
        update={"reported": Reported(signs=("happiness",))}
    )
    with pytest.raises(InputError, match=r"happiness.*near"):
        prepare(scenario)
