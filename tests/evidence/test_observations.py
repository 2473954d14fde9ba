from dataclasses import fields

import pytest

from aldesim.errors import InputError
from aldesim.evidence import Observation, load_observations, load_plan
from aldesim.evidence.observations import DOMAINS, SHELF
from aldesim.evidence.readouts import parse

HEADER = [field.name for field in fields(Observation)]
ROW = {
    "id": "a-row",
    "domain": "PK",
    "quantity": "half-life",
    "scenario": "single-bolus",
    "readout": "half_life from_min=120 until_min=240",
    "kind": "mean",
    "value": "85",
    "side": "",
    "unit": "min",
    "n": "12",
    "n_stated": "no",
    "interval_low": "",
    "interval_high": "",
    "between_study": "",
    "resolution": "",
    "source": "Konrad 1990, Cancer Res 50:2009",
    "calibration": "yes",
    "weak": "no",
    "note": "",
}


@pytest.fixture
def table(tmp_path):
    def write(*rows):
        path = tmp_path / "table.tsv"
        lines = [HEADER, *([row[name] for name in HEADER] for row in rows)]
        path.write_text("".join("\t".join(line) + "\n" for line in lines), "utf-8")
        return path

    return write


def test_a_row_is_read_with_its_types(table):
    (one,) = load_observations(table(ROW))
    assert (one.value, one.n, one.n_stated, one.weak, one.resolution) == (85, 12, False, False, 0)
    assert one.weight == 1
    assert load_observations(table(ROW | {"weak": "yes"}))[0].weight == 0.5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("domain", "moods"),
        ("kind", "mode"),
        ("side", "above"),
        ("value", "many"),
        ("value", "nan"),
        ("value", "0"),
        ("n", "0"),
        ("n", "2.5"),
        ("resolution", "-1"),
        ("weak", "perhaps"),
        ("source", ""),
    ],
)
def test_what_is_wrong_is_named_with_row_and_field(table, field, value):
    with pytest.raises(InputError, match=rf"table.tsv row 2: {field}"):
        load_observations(table(ROW | {field: value}))


def test_ids_columns_and_percentages_are_checked(table, tmp_path):
    with pytest.raises(InputError, match="row 3: id"):
        load_observations(table(ROW, ROW))
    with pytest.raises(InputError, match="percent"):
        load_observations(table(ROW | {"kind": "proportion", "value": "101"}))
    path = tmp_path / "other.tsv"
    path.write_text("id\tvalue\n", "utf-8")
    with pytest.raises(InputError, match=r"other.tsv row 1: columns"):
        load_observations(path)


def test_every_shipped_observation_can_be_read_out():
    plan = load_plan()
    assert {one.domain for one in plan.observations} == set(DOMAINS)
    for one in plan.observations:
        parse(one.readout, one.id)
    used = {name for one in plan.observations for name in one.scenarios}
    assert used <= {experiment.id for experiment in plan.experiments}


def test_every_shipped_experiment_has_a_scenario_and_a_use():
    plan = load_plan()
    text = SHELF.read_text("utf-8")
    for experiment in plan.experiments:
        assert experiment.scenario.name == experiment.id
        assert experiment.id in text
        assert experiment.quick <= experiment.scenario.patients


def test_an_unknown_experiment_is_refused(table):
    for change in ({"scenario": "nowhere"}, {"readout": "bioavailability reference=nowhere"}):
        with pytest.raises(InputError, match="nowhere"):
            load_plan(observations=table(ROW | change))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("mood", "must be one of"),
        ("half_life from_min=1", "needs until_min"),
        ("half_life from_min=1 until_min=soon", "must be a number"),
        ("half_life from_min=1 until_min=2 colour=red", "arguments of half_life"),
        ("half_life from_min=1 from_min=2 until_min=3", "arguments of half_life"),
        ("half_life data=1 from_min=2 until_min=3", "arguments of half_life"),
    ],
)
def test_wrong_readout_lines_are_refused(line, message):
    with pytest.raises(InputError, match=message):
        parse(line, "observation x")
