import json

import pytest

from aldesim import model
from aldesim.errors import InputError
from aldesim.report.drivers import write_drivers
from aldesim.sensitivity import screen
from aldesim.sensitivity.choice import choose, subjects
from aldesim.trial import load_scenario

NAMES = ["linear_clearance", "central_volume_per_kg", "eosinophil_gain"]
READOUTS = ["clearance tail_from_h=6 until_h=12", "start_level until_min=6"]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("screen")
    result = screen(
        "single-bolus", parameters=NAMES, readouts=READOUTS, samples=4, patients=4, out=folder
    )
    return result, folder


def test_drivers_are_those_of_the_biology(found):
    result, _ = found
    by_clearance, by_start = result.drivers
    assert by_clearance[0].parameter == "linear_clearance" and by_clearance[0].alone > 0
    assert by_start[0].parameter == "central_volume_per_kg" and by_start[0].alone < 0
    assert by_clearance[-1].parameter == "eosinophil_gain"
    assert by_clearance[-1].size < 0.01 * by_clearance[0].size


def test_shares_of_variance_agree_with_the_screening(tmp_path):
    result = screen(
        "single-bolus",
        method="sobol",
        parameters=NAMES[:2],
        readouts=READOUTS[:1],
        samples=16,
        patients=3,
        out=tmp_path,
    )
    (drivers,) = result.drivers
    assert drivers[0].parameter == "linear_clearance"
    assert drivers[0].size > 0.8 and drivers[1].size < 0.2
    assert result.versions == 16 * 4


def test_a_second_call_simulates_nothing_and_agrees(found):
    result, folder = found
    files = {file: file.stat().st_mtime_ns for file in (folder / "evaluations").rglob("*.npz")}
    assert len(files) == 4 * 4
    told = []
    again = screen(
        "single-bolus",
        parameters=NAMES,
        readouts=READOUTS,
        samples=4,
        patients=4,
        out=folder,
        workers=1,
        progress=lambda done, total: told.append((done, total)),
    )
    assert again == result and told == [(16, 16)]
    assert all(file.stat().st_mtime_ns == at for file, at in files.items())


def test_page_and_tables_name_every_driver(found, tmp_path):
    result, folder = found
    page = write_drivers(result, tmp_path / "page.html", "aldesim sensitivity").read_text()
    table = (folder / "drivers.tsv").read_text()
    for name in NAMES:
        assert name in page and name in table
    assert json.loads((folder / "drivers.json").read_text())["method"] == "morris"


def test_a_trial_of_ones_own_is_screened(tmp_path):
    shelf = load_scenario("high-dose-melanoma").model_dump(mode="json", exclude_none=True)
    mine = shelf | {"name": "mine", "follow_up_days": 30, "scan_days": [30]}
    (tmp_path / "mine.yaml").write_text(json.dumps(mine))
    result = screen(
        str(tmp_path / "mine.yaml"),
        parameters=["kidney_injury_rate"],
        readouts=["column name=creatinine_max"],
        samples=2,
        patients=3,
        out=tmp_path,
    )
    assert result.drivers[0][0].alone > 0


def test_parameters_are_chosen_by_name_and_subject():
    table = model.parameter_table()
    assert choose(["priming", "linear_clearance"]) == ("linear_clearance", "priming")
    chosen = choose(["tumour"])
    assert chosen and all(table[name].distribution != "fixed" for name in chosen)
    assert all(subjects()[name] == "tumour" for name in chosen)
    varying = choose(["varying"])
    assert set(chosen) < set(varying)
    assert choose(["tumour_bed"]) == ("tumour_bed",)  # fixed, but asked for by name


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"parameters": ["nonsense"]}, "no parameter"),
        ({"method": "guess"}, "method"),
        ({"samples": 1}, "samples"),
        ({"patients": 0}, "patients"),
        ({"workers": 0}, "workers"),
        ({"readouts": ["nonsense"]}, "readout"),
        ({"readouts": ["bioavailability reference=x until_h=1 reference_until_h=1"]}, "two"),
        ({"parameters": ["eosinophil_gain"], "readouts": ["at sign=il2_plasma day=0"]}, "same"),
        ({"method": "sobol", "samples": 12}, "power of two"),
    ],
)
def test_wrong_input_is_refused(changes, match, tmp_path):
    asked = {"parameters": NAMES, "readouts": READOUTS, "samples": 2, "patients": 2}
    with pytest.raises(InputError, match=match):
        screen("single-bolus", out=tmp_path, **(asked | changes))


def test_an_unknown_experiment_is_refused(tmp_path):
    with pytest.raises(InputError, match="on the shelf"):
        screen("nonsense", out=tmp_path)
