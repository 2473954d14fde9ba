import numpy as np
import polars as pl
import pytest

from aldesim.care.eligibility import load_criteria
from aldesim.errors import InputError
from aldesim.population import load_population
from aldesim.report.page import render
from aldesim.trial import run
from aldesim.trial.enrolment import enrol
from aldesim.trial.replay import replay

FITTEST = """
id: fittest
name: The fittest only
description: ECOG 0 and slim.
version: "1"
criteria:
  - id: ECOG
    system: general
    title: performance status
    text: ECOG 0.
    needs: {item: ECOG, at_most: 0}
    source: a test
  - id: WEIGHT
    system: general
    title: weight
    text: Below 90 kg.
    needs: {item: body_weight_kg, below: 90}
    source: a test
"""


@pytest.fixture
def criteria(tmp_path):
    path = tmp_path / "fittest.yaml"
    path.write_text(FITTEST)
    return path


def test_counts_of_the_flow_add_up(criteria):
    rules = load_criteria(criteria)
    found = enrol(load_population("melanoma"), rules, 1, 300)
    flow = found.summary(rules)
    assert flow["enrolled"] == 300 == len(found.ids)
    assert flow["assessed"] == found.ids[-1] + 1 == flow["excluded"] + 300
    assert sum(row["excluded"] for row in flow["counts"]) == flow["excluded"]
    assert abs(flow["counts"][0]["excluded"] / flow["assessed"] - 0.17) < 0.07


def test_fewer_patients_are_the_first_of_many(criteria):
    rules, population = load_criteria(criteria), load_population("melanoma")
    few, many = (enrol(population, rules, 1, n).ids for n in (20, 300))
    np.testing.assert_array_equal(few, many[:20])


def test_criteria_that_nobody_meets_are_refused(tmp_path):
    path = tmp_path / "none.yaml"
    path.write_text(FITTEST.replace("below: 90", "below: 10"))
    with pytest.raises(InputError, match=r"screening = 'fittest': leaves 0 of"):
        enrol(load_population("melanoma"), load_criteria(path), 1, 20)


def test_screened_trial_treats_the_eligible_under_their_own_numbers(
    scenario, result, criteria, tmp_path
):
    strict = scenario.model_copy(update={"patients": 12, "screening": str(criteria)})
    done = run(strict, out=tmp_path / "strict", chunk=7)
    patients = done.patients.collect()
    assert (patients["ECOG"].cast(pl.Int64) == 0).all()
    assert (patients["body_weight"] < 90).all()
    usual = result.patients.collect().join(patients.select("id"), on="id", how="semi")
    assert usual.height > 5
    both = patients.filter(pl.col("id").is_in(usual["id"].implode()))
    assert both["doses_given"].equals(usual["doses_given"])
    assert done.manifest["screening"]["enrolled"] == 12
    assert done.manifest["replay"]["max_difference"] == 0
    assert "The fittest only" in render(done)
    out = next(i for i in range(100) if i not in set(patients["id"]))
    with pytest.raises(InputError, match="among those that were eligible"):
        replay(done, [out])
