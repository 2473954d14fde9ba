import math
from typing import get_args

import numpy as np
import pytest

from aldesim import model
from aldesim.drug import describe, load_molecule, molecules, read_molecules
from aldesim.drug.molecules import SHELF
from aldesim.drug.pharmacokinetics import CHANGEABLE, SHARES
from aldesim.errors import InputError

# nM to CD25 and to CD122-CD132: Meyer laboratory, gcSolver.jl, WTmutAffData.csv
BIOLAYER = {
    "WT N-term": (0.19, 5.296),
    "WT C-term": (0.54, 3.043),
    "V91K C-term": (0.69, 7.5586),
    "F42Q N-term": (9.48, 2.815),
    "N88D C-term": (1.01, 24.0166),
}
MINE = """\
id: mine
name: My mutein
description: Half the beta-gamma affinity, five times the half-life.
molar_mass: 40000
specific_activity: null
affinities: {K_alpha: 10000, K_beta_gamma: 3400}
pharmacokinetics:
  linear_clearance: {scale: 0.2}
  SC_bioavailability: {value: 0.6}
sources: {molar_mass: design}
"""


def test_aldesleukin():
    molecule = load_molecule("aldesleukin")
    assert molecule.molar_mass == 15300
    assert molecule.specific_activity == 16.36e6
    assert "serine-125" in molecule.description
    assert molecule.model_parameters() == {"K_alpha": 10000, "K_beta_gamma": 1700}


def test_every_number_has_a_source():
    for molecule in molecules().values():
        numbers = {"molar_mass", "specific_activity", *molecule.model_parameters()}
        assert numbers == set(molecule.sources) == set(molecule.numbers())
        assert all(len(source) > 10 for source in molecule.sources.values())


@pytest.mark.parametrize(
    ("name", "variant", "parent"),
    [
        ("Fc_IL2_N88D", "N88D C-term", "WT C-term"),
        ("Fc_IL2_F42Q", "F42Q N-term", "WT N-term"),
        ("efavaleukin", "V91K C-term", "WT C-term"),
    ],
)
def test_affinities_of_muteins_are_aldesleukins_times_the_ratio_in_one_assay(name, variant, parent):
    own, base = load_molecule(name).affinities, load_molecule("aldesleukin").affinities
    ratio = np.divide(BIOLAYER[variant], BIOLAYER[parent])
    assert own.K_alpha == pytest.approx(base.K_alpha * ratio[0], rel=5e-3)
    assert own.K_beta_gamma == pytest.approx(base.K_beta_gamma * ratio[1], rel=5e-3)


def test_treg_muteins_are_alpha_biased_and_no_alpha_variants_are_not():
    base = load_molecule("aldesleukin").affinities
    for molecule in molecules().values():
        alpha = molecule.affinities.K_alpha / base.K_alpha
        beta_gamma = molecule.affinities.K_beta_gamma / base.K_beta_gamma
        if molecule.id in ("Fc_IL2_N88D", "efavaleukin", "rezpegaldesleukin"):
            assert beta_gamma > 1.5 * alpha
        elif molecule.id in ("nemvaleukin", "pegenzileukin", "IL2v", "Fc_IL2_F42Q", "MDNA11"):
            assert alpha > 30 * beta_gamma


def half_life_h(parameters):
    """Of the last phase of the linear model, three compartments without uptake by receptors, h."""
    of = {name: row.value for name, row in model.parameter_table().items()} | parameters
    volume = of["central_volume_per_kg"] * of["body_weight"]
    out, back = of["k_central_peripheral"], of["k_peripheral_central"]
    away, home = of["k_peripheral_slow"], of["k_slow_peripheral"]
    rates = np.array(
        [
            [-of["linear_clearance"] / volume - out, back, 0],
            [out, -back - away, home],
            [0, away, -home],
        ]
    )
    return 24 * math.log(2) / -np.linalg.eigvals(rates).max()


@pytest.mark.parametrize(
    ("name", "hours"), [("pegenzileukin", 10), ("Fc_IL2", 24), ("efavaleukin", 24)]
)
def test_half_life_in_the_source_follows_from_the_clearance(name, hours):
    assert half_life_h(load_molecule(name).model_parameters()) == pytest.approx(hours, rel=0.02)


def test_glycosylated_forms_are_as_active_per_molecule_as_aldesleukin():
    one = load_molecule("aldesleukin").pmol(1e6)
    for name in ("native_IL2", "CHO_IL2"):
        assert load_molecule(name).pmol(1e6) == pytest.approx(one, rel=1e-3)


def test_changes_name_parameters_of_the_model():
    table = model.parameter_table()
    assert set(get_args(CHANGEABLE)) <= set(table)
    for name in SHARES:
        assert 0 < table[name].value < 1


def test_patients_keep_their_distance_from_the_nominal_one():
    molecule = load_molecule("bempegaldesleukin")
    table = model.parameter_table()
    nominal = molecule.model_parameters()
    patients = {
        name: table[name].value * np.array([0.5, 1.0, 1.5]) for name in molecule.pharmacokinetics
    }
    own = molecule.model_parameters(patients)
    assert own["K_alpha"] == 200_000
    np.testing.assert_allclose(
        own["linear_clearance"], nominal["linear_clearance"] * np.array([0.5, 1, 1.5])
    )
    np.testing.assert_allclose(
        own["prodrug_release"], nominal["prodrug_release"] * np.array([0.5, 1, 1.5])
    )
    share = own["renal_share"]
    assert share[1] == pytest.approx(nominal["renal_share"])
    assert (np.diff(share) > 0).all()
    assert ((share > 0) & (share < 1)).all()


def test_a_molecule_without_activity_is_dosed_by_mass():
    nemvaleukin = load_molecule("nemvaleukin")
    assert nemvaleukin.pmol(6.0 * 75, "ug") == pytest.approx(6e-6 * 75 / 34500 * 1e12)
    assert nemvaleukin.pmol(0.45, "mg") == pytest.approx(nemvaleukin.pmol(450.0, "ug"))
    assert nemvaleukin.pmol(7.0, "pmol") == 7
    for unit in ("IU", "MIU"):
        with pytest.raises(InputError, match=r"nemvaleukin: specific_activity.*give mg, ug"):
            nemvaleukin.pmol(1.0, unit)
    with pytest.raises(InputError, match="must be IU, MIU, mg, ug or pmol"):
        nemvaleukin.pmol(1.0, "mL")
    assert load_molecule("aldesleukin").pmol(18.0, "MIU") == pytest.approx(
        load_molecule("aldesleukin").pmol(1.1, "mg"), rel=1e-3
    )


def test_description_shows_every_number_with_its_source():
    for molecule in molecules().values():
        rows = describe(molecule)
        assert [name for name, _, _ in rows] == list(molecule.numbers())
        assert all(value and source and "\n" not in source for _, value, source in rows)
    rows = {name: value for name, value, _ in describe(load_molecule("nemvaleukin"))}
    assert rows["K_alpha"] == "no binding"
    usual = model.parameter_table()["linear_clearance"].value
    assert rows["linear_clearance"].startswith(f"{0.4 * usual:.3g} L/day (aldesleukin {usual:.3g}")


def test_a_molecule_of_your_own(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(MINE)
    molecule = load_molecule(path)
    assert load_molecule(str(path)) == molecule
    clearance = model.parameter_table()["linear_clearance"].value
    assert molecule.model_parameters() == {
        "K_alpha": 10000,
        "K_beta_gamma": 3400,
        "linear_clearance": pytest.approx(0.2 * clearance),
        "SC_bioavailability": pytest.approx(0.6),
    }
    assert ("K_alpha", "10,000 pM", "no source given") in describe(molecule)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("K_beta_gamma: 3400", "K_beta_gamma: -3400", "affinities.K_beta_gamma = -3400: must be g"),
        ("linear_clearance", "clearance", "must be 'central_volume_per_kg', 'linear_clearance'"),
        ("{scale: 0.2}", "{scale: 0}", "linear_clearance.scale = 0: must be greater than 0"),
        ("{scale: 0.2}", "{scale: 0.2, value: 3}", "give either value"),
        ("{scale: 0.2}", "{}", "give either value"),
        ("{value: 0.6}", "{value: 1.6}", "SC_bioavailability is a share"),
        ("{value: 0.6}", "{scale: 2}", "SC_bioavailability is a share"),
        ("molar_mass: design", "mass: design", "sources.mass belongs to no number"),
        ("specific_activity: null\n", "", "specific_activity = 'missing'"),
    ],
)
def test_a_wrong_molecule_of_your_own(tmp_path, old, new, said):
    path = tmp_path / "mine.yaml"
    path.write_text(MINE.replace(old, new))
    with pytest.raises(InputError) as caught:
        load_molecule(path)
    assert said in str(caught.value)
    assert "mine.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_such_file():
    with pytest.raises(InputError, match="no such file"):
        load_molecule("nowhere.yaml")


def test_unknown_molecule_lists_the_shelf():
    with pytest.raises(InputError, match=r"aldesleukine.*on the shelf: aldesleukin"):
        load_molecule("aldesleukine")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("molar_mass: 15300 ", "molar_mass: -15300 ", "molecules[aldesleukin].molar_mass = -15300"),
        ("molar_mass: 15300 ", "molar_mass: .nan ", "molecules[aldesleukin].molar_mass = nan"),
        (
            "molar_mass: 15300 ",
            "molar_mass: heavy ",
            "molar_mass = 'heavy': must be a valid number",
        ),
        ("molar_mass: 15300 ", "mass: 15300 ", "molar_mass = 'missing'"),
        ("K_alpha: 10000", "K_alfa: 10000", "affinities.K_alpha = 'missing'"),
        ("K_alpha: 10000", "K_alpha: 10000\n      K_gamma: 1", "K_gamma = 1: unknown field"),
    ],
)
def test_malformed_file(tmp_path, old, new, said):
    path = tmp_path / "mine.yaml"
    path.write_text(SHELF.read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        read_molecules(path)
    assert said in str(caught.value)
    assert "mine.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_duplicate_id(tmp_path):
    path = tmp_path / "mine.yaml"
    text = SHELF.read_text()
    row = text[text.index("  - id") :]
    path.write_text(text + row)
    with pytest.raises(InputError, match="given twice"):
        read_molecules(path)
