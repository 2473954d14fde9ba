import pytest

from aldesim.drug import load_molecule, molecules, read_molecules
from aldesim.drug.molecules import SHELF
from aldesim.errors import InputError


def test_aldesleukin():
    molecule = load_molecule("aldesleukin")
    assert molecule.molar_mass == 15300
    assert molecule.specific_activity == 16.36e6
    assert "serine-125" in molecule.description
    assert molecule.model_parameters() == {"K_alpha": 10000, "K_beta_gamma": 1700}


def test_every_number_has_a_source():
    for molecule in molecules().values():
        numbers = {"molar_mass", "specific_activity", *molecule.model_parameters()}
        assert numbers == set(molecule.sources)


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
