"""Each statement of docs/mechanisms.md is run again and still shows what it says."""

from __future__ import annotations

import re
import runpy
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

DOCS = Path(__file__).parents[1] / "docs"
SCRIPT = runpy.run_path(str(DOCS / "mechanisms"))
drawing, page, plans, running = map(import_module, ("drawing", "page", "plans", "running"))
MECHANISMS = SCRIPT["MECHANISMS"]
TABLE = (DOCS / "mechanisms.md").read_text(encoding="utf-8")
TEXT = DOCS.parent / "aldesim" / "model" / "text"
EVERY = pytest.mark.parametrize("name", list(MECHANISMS))


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    return {name: m.show() for name, m in MECHANISMS.items()}


@EVERY
def test_the_run_goes_as_stated(shown, name):
    assert shown[name].holds, shown[name].numbers


@EVERY
def test_numbers_and_curves_are_finite_and_drawn(shown, name):
    numbers = [v for row in shown[name].numbers.values() for v in row.values()]
    assert numbers and np.all(np.isfinite(numbers))
    assert len(shown[name].curves) >= 2, "one curve with the mechanism, one without"
    for curve in shown[name].curves:
        assert len(curve.x) == len(curve.y) > 2
        assert np.all(np.isfinite(curve.y))
    svg = drawing.draw(MECHANISMS[name], shown[name].curves)
    root = ElementTree.fromstring(svg)
    assert len(svg.encode()) < 25_000
    for line in root.iter("{http://www.w3.org/2000/svg}polyline"):
        assert line.attrib["points"]
        points = np.array([p.split(",") for p in line.attrib["points"].split()], float)
        assert points[:, 0].min() >= 58 and points[:, 0].max() <= 460
        assert points[:, 1].min() >= 50 and points[:, 1].max() <= 256.1, "inside the axes"


@EVERY
def test_the_table_names_it_and_its_picture_exists(name):
    m = MECHANISMS[name]
    assert f"**{m.statement}**" in TABLE
    assert f"python docs/mechanisms {name}`" in TABLE
    picture = DOCS / "images" / "mechanisms" / f"{name}.svg"
    assert f"images/mechanisms/{name}.svg" in TABLE
    assert picture.stat().st_size < 25_000
    assert "<title>" in picture.read_text(encoding="utf-8")


def test_no_picture_or_row_is_left_over():
    pictures = {p.stem for p in (DOCS / "images" / "mechanisms").glob("*.svg")}
    assert pictures == set(MECHANISMS)
    assert set(re.findall(r"images/mechanisms/(\w+)\.svg", TABLE)) == set(MECHANISMS)


@EVERY
def test_where_it_says_the_equation_is_it_is(name):
    for part in MECHANISMS[name].where.split(";"):
        file, names = part.split(":")
        text = (TEXT / file.strip()).read_text(encoding="utf-8")
        for variable in names.split(","):
            defined = rf"(?m)^{variable.strip()}('| :=| =)"
            assert re.search(defined, text), f"{variable.strip()} is not defined in {file}"


@EVERY
def test_the_switch_is_a_name_of_the_model(name):
    model = running.shipped()
    known = {*model.parameters, *model.inputs, *model.states}
    words = set(re.findall(r"[A-Za-z]\w*", MECHANISMS[name].switch))
    assert words & known, MECHANISMS[name].switch
    for word in re.findall(r"(\w+) = ", MECHANISMS[name].switch):
        assert word in known, word


def test_the_command_prints_draws_and_lists(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(page, "PICTURES", tmp_path)
    assert SCRIPT["main"](["natural_il2"]) == 0
    assert "as stated" in capsys.readouterr().out
    assert (tmp_path / "natural_il2.svg").exists()
    assert SCRIPT["main"]([]) == 0
    assert "hiv_burst" in capsys.readouterr().out
    assert SCRIPT["main"](["no_such_mechanism"]) == 2


def test_a_patient_given_nothing_is_untreated():
    """The share of a plan that a variant gets scales all that it names."""
    days = running.until(3)
    course = running.run(
        {"treated": {}, "not": {"treatment": 0}},
        plans.high_dose(doses=3),
        days,
        "MAP il2_plasma",
    )
    assert course["il2_plasma"][:, 1].max() == 0
    assert np.ptp(course["MAP"][:, 1]) < 1e-6 < np.ptp(course["MAP"][:, 0])


def test_a_misspelt_parameter_is_refused():
    with pytest.raises(KeyError, match="Treg_grwth"):
        running.run({"typo": {"Treg_grwth": 0}}, [], running.until(1), "Treg")


def test_a_plan_gives_the_dose_it_names():
    """What an infusion delivers is what a bolus of the same amount delivers."""
    pmol = 18 * plans.MIU
    given = running.Given
    slow = {"linear_clearance": 1e-9, "cells_in_reach": 1e-9, "leak_digestion": 0}
    left = []
    for plan in ([given("il2_central", 0, 0, pmol)], [given("infusion_rate", 0, 0.5, 2 * pmol)]):
        watch = "il2_central il2_peripheral il2_slow"
        course = running.run({"kept": slow}, plan, running.until(1), watch)
        left.append(sum(course[name][-1, 0] for name in watch.split()))
    assert left[0] == pytest.approx(pmol, rel=1e-3)
    assert left[1] == pytest.approx(pmol, rel=1e-3)


@pytest.mark.parametrize(
    ("low", "high", "log", "first", "last"),
    [
        (0, 8.5, False, 0, 10),
        (74.4, 78.1, False, 74, 79),
        (0.1, 5600, True, 0.1, 10000),
        (1e-6, 601, True, 1e-6, 1e4),
    ],
)
def test_ticks_are_round_and_enclose(low, high, log, first, last):
    ticks = drawing.ticks(low, high, log)
    assert ticks[0] == pytest.approx(first) and ticks[-1] == pytest.approx(last)
    assert 4 <= len(ticks) <= 8


def test_thinning_keeps_the_line_within_a_pixel():
    x = np.linspace(0, 400, 4001)
    y = 100 + 60 * np.sin(x / 20)
    kept = drawing.thinned(x, y)
    assert len(kept) < 500
    assert np.abs(np.interp(x, x[kept], y[kept]) - y).max() < 1.0
