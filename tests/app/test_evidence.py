"""The evidence page rests on the tables and the text of the model."""

import re

from aldesim.app.evidence.session import Evidence, Qualification
from aldesim.evidence import load_observations
from aldesim.model import parameter_table
from aldesim.model.structure import equations, flows, places, titles
from aldesim.report.figures.model_map import model_map


def test_every_parameter_is_listed_with_where_it_acts(tmp_path):
    rows = Evidence(Qualification(tmp_path)).parameters()["rows"]
    assert [row[0] for row in rows] == list(parameter_table())
    by_name = {row[0]: row for row in rows}
    assert "capillary leak: weight" in by_name["body_weight"][4]
    assert all(row[5] for row in rows)
    assert [row[0] for row in rows if not row[4]] == []


def test_the_structure_is_that_of_the_text():
    found = {row.name: row for row in equations() if row.kind != "start"}
    assert found["MAP"].module == "circulation"
    assert found["creatinine"].kind == "rate"
    assert "SVR" in found["MAP"].uses
    assert "MAP" in {row.name for row in places()["SVR"]}
    assert "permeability" in flows()["capillary_leak", "organs"]


def test_the_drawing_has_every_module_and_flow():
    drawn = str(model_map())
    assert set(re.findall(r'data-module="(\w+)"', drawn)) == set(titles())
    assert len(re.findall('class="flow"', drawn)) == len(flows())


def test_without_a_board_the_published_numbers_are_listed(tmp_path):
    found = Evidence(Qualification(tmp_path)).board()
    assert not found["computed"]
    assert len(found["rows"]) == len(load_observations())
    (tmp_path / "qualification").mkdir()
    (tmp_path / "qualification/scoreboard.json").write_text("{")
    assert not Evidence(Qualification(tmp_path)).board()["computed"]
