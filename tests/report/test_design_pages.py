"""Pages of designs: what they say is what was computed."""

import json
import re

import numpy as np
import polars as pl
import pytest

from aldesim.design import EFFECTS, candidates, dose_response, selectivity_map, window
from aldesim.drug import load_molecule, molecules
from aldesim.regimen import load_regimen
from aldesim.report.design import (
    candidates_frame,
    equal_harm_grid,
    front_grid,
    write_doses,
    write_front,
    write_map,
)
from aldesim.report.figures.selectivity import numbered, preference, selectivity
from aldesim.report.wording import amount


@pytest.fixture(scope="module")
def regimen():
    return load_regimen("single_bolus")


@pytest.fixture(scope="module")
def small_map(regimen):
    return selectivity_map(regimen, load_molecule("aldesleukin"), points=4)


def test_map_page_holds_a_picture_of_each_effect_and_its_table(regimen, small_map, tmp_path):
    page = write_map(small_map, list(molecules().values()), regimen, tmp_path)
    text = page.read_text("utf-8")
    plots = re.findall(r'<script type="application/json" id="plot-\d+-data">(.*?)</script>', text)
    assert len(plots) == len(EFFECTS) + 1
    assert all(json.loads(plot)["data"] for plot in plots)
    assert "Research use only" in text
    frame = pl.read_csv(tmp_path / "design.csv")
    assert frame.height == 16
    assert frame["leak"].to_numpy() == pytest.approx(small_map.effects["leak"].ravel())


def test_every_molecule_has_a_mark_and_those_at_one_place_share_it(small_map):
    known = list(molecules().values())
    figure = selectivity(small_map, "leak", known)
    marks = {str(place) for place, _ in numbered(known, float(small_map.K_alpha[-1]))}
    assert set(figure.data[1].text) == marks
    assert len(marks) < len(known)
    assert max(figure.data[1].x) <= small_map.K_alpha[-1]


def test_the_picture_of_preference_is_even_about_no_preference(small_map):
    contour = preference(small_map).data[0]
    assert contour.zmin == -contour.zmax
    ratio = small_map.effects["signal_CD8"] / small_map.effects["signal_Treg"]
    assert 2 ** np.asarray(contour.z) == pytest.approx(ratio)


def test_page_of_doses(regimen, tmp_path):
    chosen = [load_molecule("aldesleukin"), load_molecule("nemvaleukin")]
    response = dose_response(regimen, chosen, doses=7)
    room = window(response, "signal_CD8", 0.1, "leak", 0.2)
    page = write_doses(response, room, ("signal_CD8", 0.1), ("leak", 0.2), regimen, tmp_path)
    assert "Nemvaleukin" in page.read_text("utf-8")
    grid = equal_harm_grid(response, "leak", 0.2, ["leak"])
    assert [row[-1] for row in grid.rows] == ["0.20", "0.20"]
    assert pl.read_csv(tmp_path / "design.csv").height == 14


def test_page_of_the_front(regimen, tmp_path):
    base = load_molecule("aldesleukin")
    found = candidates(regimen, base)
    page = write_front(found, "CD8", "leak", regimen, base, tmp_path)
    assert "no other candidate beats" in page.read_text("utf-8")
    grid = front_grid(found, np.array([5, 6, 7]), "CD8", "leak")
    assert 1 <= len(grid.rows) <= 3
    assert candidates_frame(found).height == len(found.dose)


@pytest.mark.parametrize(
    ("pico", "unit", "text"),
    [(1.0, "M", "1 pM"), (1e4, "M", "10 nM"), (1e7, "mol", "10 µmol"), (0.1, "mol", "100 fmol")],
)
def test_amounts_in_words(pico, unit, text):
    assert amount(pico, unit) == text
