from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import aldesim.model
from aldesim.errors import InputError
from aldesim.model import load, parameter_table, state_scales
from aldesim.model.library import join
from aldesim.model.tables import read_parameters, read_states

SHIPPED = Path(aldesim.model.__file__).parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("text", "parameters.tsv", "states.tsv"):
        source = SHIPPED / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    return tmp_path


def joined(folder: Path) -> str:
    return join(
        folder / "text",
        read_parameters(folder / "parameters.tsv"),
        read_states(folder / "states.tsv"),
    )


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_tables_and_compiled_model_agree():
    model = load()
    table = parameter_table()
    assert set(model.parameters) == set(table)
    assert all(model.parameters[name] == p.value for name, p in table.items())
    assert set(state_scales()) == set(model.states)
    for name in (*model.parameters, *model.states, *model.inputs, *model.observables):
        assert model.unit(name)


def test_every_parameter_has_a_source():
    for p in parameter_table().values():
        assert p.source
        if p.distribution != "fixed":
            assert p.spread > 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\nMAP_0\t93\t", "\nMAP_0\tabout 93\t", "a number"),
        ("\nMAP_0\t93\t", "\nMAP_0\tnan\t", "a finite number"),
        ("\nMAP_0\t93\tmmHg", "\nMAP_0\t93\tkg", "is mmHg in the text"),
        ("\nMAP_0\t", "\nMAP_zero\t", "is missing; the model text needs it"),
        ("\nMAP_0\t", "\nHR_0\t70\t1/min\tfixed\t0\ttextbook\t\nMAP_0\t", "is listed twice"),
        ("\nMAP_0\t93\tmmHg\tlognormal\t", "\nMAP_0\t93\tmmHg\tlognormal\t-", "positive"),
        ("\nMAP_0\t93\tmmHg\tlognormal", "\nMAP_0\t93\tmmHg\tgaussian", "one of"),
        ("\nMAP_0\t93\t", "\nMAP_0\t93\t\t", "must be 7"),
        ("\nMAP_0\t", "\nMAP_9\t1\t1\tfixed\t0\ttextbook\t\nMAP_0\t", "remove the row"),
        ("\nMAP_0\t93\tmmHg\tlognormal", "\nMAP_0\t93\tmmHg\tlogit-normal", "between 0 and 1"),
    ],
)
def test_a_slip_in_the_parameter_table_is_named(folder, old, new, said):
    edit(folder / "parameters.tsv", old, new)
    with pytest.raises(InputError, match=said) as caught:
        joined(folder)
    assert "parameters.tsv row" in str(caught.value) or "parameters.tsv: id" in str(caught.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("states.tsv", "\nfever\t", "\nfevers\t", "the model text needs it"),
        ("states.tsv", "\nfever\tdegC\t1\t", "\nfever\tdegC\t0\t", "positive"),
        ("text/organs.ant", "fever = 0\n", "", "no initial value"),
        ("text/organs.ant", "fever has degC\n", "", "has no unit"),
        ("text/organs.ant", "fever_rate*(", "fever_speed*(", "fever_speed"),
        ("text/organs.ant", "fever = 0\n", "fever = 0\nfever = 1\n", "given twice"),
        ("text/organs.ant", "fever = 0\n", "fever is 0\n", "one of"),
    ],
)
def test_a_slip_in_text_or_states_is_named(folder, file, old, new, said):
    edit(folder / file, old, new)
    with pytest.raises(InputError, match=said):
        joined(folder)


def test_an_equation_that_mixes_units_does_not_load(folder):
    from aldesim.engine import Model

    edit(folder / "text/organs.ant", "temperature := temperature_0 + fever", "temperature := MAP")
    with pytest.raises(InputError, match="temperature"):
        Model.from_antimony(joined(folder), "broken")
