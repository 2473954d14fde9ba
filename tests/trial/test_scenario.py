"""A scenario file: what may be written out in it, and where the files that it names lie."""

from pathlib import Path

import polars as pl
import pytest

from aldesim.errors import InputError
from aldesim.trial import load_scenario, run
from aldesim.trial.protocol import prepare

TEXT = """
name: mine
title: Mine
population: {population}
molecule: aldesleukin
regimen: {regimen}
rules: label_plr
support: outpatient
patients: 8
seed: 1
follow_up_days: 120
ward_hours_after_last_slot: 0
scans: {{first_day: 42, every_days: 28}}
"""
REGIMEN = """{id: mine, name: Mine, description: Mine., molecule: aldesleukin, route: SC,
  setting: outpatient, source: assumed,
  cycles: [{doses: [{day: 1, count: 5, every_hours: 24, amount: 9e6, unit: IU, weeks: 4}]}]}"""
OLDER = """{name: older, title: Older, based_on: melanoma,
  covariates: {ECOG: {distribution: choice, chances: {0: 0, 1: 1}, source: assumed}}}"""


@pytest.fixture
def written(tmp_path):
    def write(population="melanoma", regimen="subcutaneous_flat"):
        path = tmp_path / "study" / "mine.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXT.format(population=population, regimen=regimen))
        return path

    return write


def test_regimen_population_and_scans_written_out(written, tmp_path):
    scenario = load_scenario(written(OLDER, REGIMEN))
    assert scenario.all_scan_days == (42, 70, 98)
    result = run(scenario, out=tmp_path / "run")
    patients = result.patients.collect()
    assert set(patients["ECOG"].to_list()) == {1}
    assert patients["doses_planned"].max() == 20
    assert result.manifest["replay"]["max_difference"] == 0
    assert set(result.scans.select("time").collect()["time"].unique()) <= {42.0, 70.0, 98.0}
    assert {"CR", "PR", "SD", "PD", "NE"} >= set(patients["best_response_WHO"].to_list())
    assert result.doses.select(pl.len()).collect().item() > 8


def test_files_are_looked_for_beside_the_scenario(written, tmp_path, monkeypatch):
    path = written(regimen="mine-regimen.yaml")
    (path.parent / "mine-regimen.yaml").write_text(REGIMEN)
    monkeypatch.chdir(tmp_path)
    assert len(prepare(load_scenario(path)).slots) == 20
    assert len(prepare(load_scenario("study/mine.yaml")).slots) == 20


def test_what_is_written_out_is_checked(written):
    with pytest.raises(InputError, match="regimen"):
        load_scenario(written(regimen="{id: mine}"))
    with pytest.raises(InputError, match="based_on"):
        prepare(load_scenario(written(population="{name: a, title: b, based_on: nobody}")))


def test_the_example_of_the_docs_is_a_scenario(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "own_trial.md").read_text("utf-8")
    path = tmp_path / "example.yaml"
    path.write_text(page.partition("```yaml\n")[2].partition("```")[0])
    protocol = prepare(load_scenario(path))
    assert len(protocol.slots) == 60 and protocol.slots.time[-1] < protocol.scenario.follow_up_days
