"""Scenarios of the shelf: each names things that exist, and each kind runs."""

import polars as pl
import pytest

from aldesim.report import summary
from aldesim.report.page import render
from aldesim.trial import load_scenario, run, scenario_names
from aldesim.trial.protocol import prepare


@pytest.mark.parametrize("name", scenario_names())
def test_everything_a_scenario_names_fits_together(name):
    protocol = prepare(load_scenario(name))
    assert protocol.scenario.name == name
    home = protocol.regimen.setting == "outpatient"
    assert (protocol.scenario.ward_hours_after_last_slot == 0) == home
    assert bool(protocol.scenario.all_scan_days) == protocol.population.tumour
    assert protocol.slots.time[-1] < protocol.scenario.follow_up_days


@pytest.fixture(scope="module")
def hiv(tmp_path_factory):
    scenario = load_scenario("hiv-intermittent").model_copy(update={"patients": 12})
    return run(scenario, out=tmp_path_factory.mktemp("runs") / "hiv")


def test_doses_at_home_need_no_bed_and_come_with_an_antipyretic(hiv):
    patients, orders = hiv.patients.collect(), hiv.orders.collect()
    assert patients["hospital_days"].max() == 0
    assert patients["doses_given"].max() == 30
    given = orders.filter(pl.col("input") == "acetaminophen").sort("id", "time")
    assert set(given["id"]) == set(patients["id"])
    assert given["value"].to_list() == [1.0, 0.0] * (len(given) // 2)
    assert set(orders["input"]) <= {"acetaminophen", "nsaid"}


def test_where_there_is_no_tumour_the_page_speaks_of_cells_and_virus(hiv):
    rows = {row.label for row in summary(hiv)}
    assert not rows & {"Response (CR + PR)", "Median OS"}
    assert "CD4 T cells in blood, at the end" in rows
    page = render(hiv)
    assert "HIV in plasma" in page
    assert 'id="response"' not in page
    assert 'id="survival"' not in page


def test_cd4_rises_over_the_cycles_and_the_virus_stays_within_its_bursts(hiv):
    courses = hiv.courses.collect()
    end = courses.filter(time=182).sort("id")
    start = courses.filter(time=0).sort("id")
    assert ((end["blood_CD4"] / start["blood_CD4"]).to_numpy() > 1.1).all()
    burst = courses.group_by("id").agg(pl.col("viral_load").max()).sort("id")
    assert ((burst["viral_load"] / start["viral_load"]).to_numpy() < 6).all()


def test_replay_holds_with_the_virus_in_the_courses(hiv):
    assert hiv.manifest["replay"]["max_difference"] == 0


def test_screening_excludes_candidates_for_their_own_reasons():
    enrolled = prepare(load_scenario("screened-melanoma")).enrolled
    found = enrolled.screening
    named = {key for key, row in found.counts.items() if row.excluded > 0}
    assert {"ECOG", "STRESS-TEST", "EJECTION", "CREATININE", "BRAIN", "STEROIDS"} <= named
    assert sum(row.excluded for row in found.counts.values()) == found.excluded
    assert found.assessed == found.excluded + len(enrolled.ids)
