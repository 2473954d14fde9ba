"""Molecules dosed by mass: from the regimen to the ledger and the records."""

import numpy as np
import polars as pl
import pytest

from aldesim.drug import load_molecule
from aldesim.errors import InputError
from aldesim.regimen import load_regimen
from aldesim.regimen.regimen import Regimen, dose, dose_IU
from aldesim.trial import load_scenario, run
from aldesim.trial.given import dose_records
from aldesim.trial.protocol import prepare

REGIMEN = """id: by_mass
name: 6 ug/kg a day
description: an example
molecule: nemvaleukin
route: IV_infusion
cycles:
  - doses: [{day: 1, count: 3, every_hours: 24, amount: 6, unit: ug/kg, minutes: 30}]
source: none
"""
SCENARIO = """name: by-mass
title: by mass
population: melanoma
molecule: {molecule}
regimen: {regimen}
rules: label_plr
support: inpatient
patients: 4
seed: 1
follow_up_days: 10
ward_hours_after_last_slot: 24
"""
CUSTOM = (
    "{id: custom, name: mine, description: mine, molar_mass: 15300, specific_activity: null, "
    "affinities: {K_alpha: 11000, K_beta_gamma: 1000}}"
)


@pytest.fixture
def written(tmp_path):
    def write(molecule="nemvaleukin", old="", new=""):
        regimen, scenario = tmp_path / "regimen.yaml", tmp_path / "scenario.yaml"
        regimen.write_text(REGIMEN.replace(old, new))
        scenario.write_text(
            SCENARIO.replace("{molecule}", molecule).replace("{regimen}", str(regimen))
        )
        return scenario

    return write


def slot(amount, unit):
    row = {"day": 1, "count": 1, "amount": amount, "unit": unit}
    return Regimen(
        id="one", name="", description="", molecule="", route="SC", cycles=({"doses": [row]},),
        source="",
    ).slots()[0]  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "unit", "mg"),
    [
        *((6, "ug/kg", 0.48), (2, "mg/kg", 160), (5, "ug/m2", 0.01), (3, "mg/m2", 6)),
        *((70, "ug", 0.07), (4, "mg", 4)),
    ],
)
def test_dose_in_mg(amount, unit, mg):
    assert dose(slot(amount, unit), 80.0, 2.0)[0] == pytest.approx(mg)
    with pytest.raises(InputError, match="is by mass"):
        dose_IU(slot(amount, unit), 80.0, 2.0)


def test_ledger_and_records_are_in_mg_and_pmol_agree(written, tmp_path):
    result = run(written(), out=tmp_path / "run")
    doses, patients = result.doses.collect(), result.patients.collect()
    assert "given_IU" not in doses.columns
    weight = doses.join(patients.select("id", "body_weight"), on="id")
    np.testing.assert_allclose(weight["planned_mg"], 0.006 * weight["body_weight"])
    given = doses.filter(pl.col("given_mg") > 0)
    in_mg = dose_records(result, amount_unit="mg").frame
    np.testing.assert_allclose(in_mg["AMT"], given["given_mg"])
    in_pmol = dose_records(result, amount_unit="pmol").frame["AMT"].to_numpy()
    molar_mass = load_molecule("nemvaleukin").molar_mass
    np.testing.assert_allclose(in_pmol, in_mg["AMT"].to_numpy() / molar_mass * 1e9)
    with pytest.raises(InputError, match="specific_activity"):
        dose_records(result, amount_unit="IU")
    assert result.manifest["replay"]["max_difference"] == 0


def test_a_molecule_written_out_in_the_scenario(written, tmp_path):
    scenario = load_scenario(written(CUSTOM))
    assert scenario.molecule.id == "custom"
    result = run(scenario, out=tmp_path / "run")
    assert result.doses.collect()["given_mg"].max() > 0
    assert result.courses.collect()["il2_plasma"].max() > 1


def test_aldesleukin_by_mass_is_the_same_amount_as_in_iu(written, tmp_path):
    drug = load_molecule("aldesleukin")
    one = prepare(load_scenario(written("aldesleukin")))
    assert drug.pmol(drug.mg(600_000.0), "mg") == pytest.approx(drug.pmol(600_000.0))
    assert one.amount_unit == "mg"


@pytest.mark.parametrize(
    ("molecule", "old", "new", "said"),
    [
        ("nemvaleukin", "ug/kg, m", "IU/kg, m", "specific_activity"),
        ("nemvaleukin", "ug/kg, m", "stones, m", "unit = 'stones'"),
        (CUSTOM.replace("molar_mass: 15300", "molar_mass: -1"), "", "", "molecule.molar_mass = -1"),
        ("{id: custom}", "", "", "molecule.name"),
        (
            "nemvaleukin",
            "minutes: 30}]",
            "minutes: 30}, {day: 9, count: 1, amount: 5, unit: IU, minutes: 9}]",
            "all in IU or all by mass",
        ),
    ],
)
def test_malformed(written, molecule, old, new, said):
    with pytest.raises(InputError) as caught:
        prepare(load_scenario(written(molecule, old, new)))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_regimens_of_the_shelf_are_in_iu():
    assert load_regimen("high_dose").amount_unit == "IU"
