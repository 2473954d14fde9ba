"""Runs from the browser: their folder cannot be left, their sessions cannot meet."""

import base64
import json
import time

import pytest
import yaml

from aldesim.app.trials.jobs import MOST_OF_SESSION, Jobs
from aldesim.app.trials.runs import Runs
from aldesim.app.trials.session import Trials
from aldesim.errors import InputError
from aldesim.trial import TrialResult, load_scenario, run

ASKED = {"scenario": "high-dose-melanoma", "patients": 6, "seed": 3}


@pytest.fixture
def jobs(tmp_path):
    made = Jobs(tmp_path / "runs")
    yield made
    made.close()


def wait_for(session, state, name):
    for _ in range(600):
        rows = {row["name"]: row for row in session.state()}
        if name in rows and rows[name]["state"] == state:
            return rows[name]
        time.sleep(0.1)
    raise AssertionError(rows)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../other",
        "a/../../b",
        "/etc",
        "a/b",
        "A",
        ".hidden",
        "a\x00",
        None,
        3,
        ["a"],
        "x" * 200,
    ],
)
def test_a_name_cannot_leave_the_folder_of_runs(tmp_path, name):
    (tmp_path / "other").mkdir()
    runs = Runs(tmp_path / "runs")
    for ask in (runs.place, runs.find, runs.delete):
        with pytest.raises(InputError):
            ask(name)
    assert (tmp_path / "other").is_dir()


def test_a_link_is_no_run(tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "manifest.json").write_text("{}")
    root = tmp_path / "runs"
    root.mkdir()
    (root / "link").symlink_to(secret)
    runs = Runs(root)
    assert runs.names() == []
    with pytest.raises(InputError, match="leads out"):
        runs.delete("link")
    assert (secret / "manifest.json").is_file()


def test_one_session_neither_sees_nor_stops_the_run_of_another(jobs):
    mine, theirs = Trials(jobs, "mine"), Trials(jobs, "theirs")
    (name,) = mine.start(ASKED | {"patients": 400})
    assert [row["name"] for row in mine.state()] == [name]
    for _ in range(100):
        if (jobs.root / name / "manifest.json").is_file():
            break
        time.sleep(0.1)
    assert theirs.state() == []
    for ask in (theirs.pause, theirs.cancel, theirs.delete, theirs.resume):
        with pytest.raises(InputError):
            ask(name)
    with pytest.raises(InputError, match="no such run"):
        theirs.open(name, "light")
    assert mine.state()[0]["state"] == "running"
    mine.start(ASKED)
    with pytest.raises(InputError, match=f"at most {MOST_OF_SESSION}"):
        mine.start(ASKED)
    jobs.leave("mine")
    assert {row["state"] for row in theirs.state()} == {"paused"}


def test_a_paused_run_goes_on_and_ends_with_the_same_bits(jobs, tmp_path):
    session = Trials(jobs, "mine")
    (name,) = session.start(ASKED | {"patients": 12})
    session.pause(name)  # before it has a folder
    wait_for(session, "paused", name)
    session.resume(name)
    while not session.state()[0]["done"]:
        time.sleep(0.05)
    session.pause(name)
    row = wait_for(session, "paused", name)
    assert 0 < row["done"] <= 12
    pictures = session.open(name, "dark")
    assert pictures["done"] == row["done"]
    assert pictures["rows"][0][:2] == ["Patients", str(row["done"])]
    session.resume(name)
    wait_for(session, "finished", name)
    scenario = load_scenario("high-dose-melanoma").model_copy(update={"patients": 12, "seed": 3})
    at_once = run(scenario, out=tmp_path / "at-once", workers=1)
    folder = Runs(jobs.root).find(name)
    trial = TrialResult(folder.path, folder.read_manifest() or {})
    assert trial.patients.collect().equals(at_once.patients.collect())
    assert trial.doses.collect().equals(at_once.doses.collect())
    session.delete(name)
    assert session.state() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"patients": 0}, "within 1 and"),
        ({"patients": 10**9}, "within 1 and"),
        ({"patients": "6"}, "whole number"),
        ({"seed": -1}, "whole number"),
        ({"scenario": "../../etc/passwd.yaml"}, "must be one of"),
        ({"scenario": None}, "must be one of"),
        ({"vary": "rules", "value": "/etc/rules.yaml"}, "unknown"),
        ({"vary": "__class__", "value": "x"}, "unknown"),
        ({"own": "x" * 100_000}, "characters"),
        ({"own": "name: [1"}, "your scenario"),
        ({"own": ["a"]}, "must be text"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_starts(jobs, changes, words):
    with pytest.raises(InputError, match=words):
        Trials(jobs, "mine").start(ASKED | changes)
    assert jobs.of("mine") == []


def test_an_own_scenario_may_name_only_what_is_on_the_shelf(jobs):
    content = load_scenario("high-dose-melanoma").model_dump(mode="json", exclude_none=True)
    for field in ("population", "rules", "support", "regimen", "molecule", "measurement"):
        for path in ("/etc/secret.yaml", "../secret.csv", "secret.parquet"):
            text = yaml.safe_dump(content | {field: path})
            with pytest.raises(InputError, match=f"{field} = '{path}'"):
                Trials(jobs, "mine").start(ASKED | {"own": text})


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory):
    """Finished runs by name: the same patients under two rule sets, and other patients."""
    root = tmp_path_factory.mktemp("two") / "runs"
    base = load_scenario("high-dose-melanoma")
    for name, changes in (
        ("one", {}),
        ("two", {"rules": "label_plr"}),
        ("others", {"seed": 4}),
    ):
        scenario = base.model_copy(update={"patients": 6, "seed": 3} | changes)
        run(scenario, out=root / name, workers=1)
    return root


def test_two_runs_of_the_same_patients_are_compared_in_pairs(two_runs):
    session = Trials(Jobs(two_runs), "mine")
    found = session.compare("one", "two", "light")
    assert found["arms"] == ["label_legacy", "label_plr"]
    assert found["unpaired"] == ""
    both = [TrialResult.open(two_runs / name).patients.collect() for name in ("one", "two")]
    first, second = (frame["doses_course_1"].mean() for frame in both)
    row = next(r for r in found["differences"]["rows"] if r[0].endswith("first course"))
    assert row[1:3] == [f"{first:.1f}", f"{second:.1f}"]
    assert float(row[3].replace("\u2212", "-")) == pytest.approx(second - first, abs=0.006)
    assert len(found["differences"]["beyond_chance"]) == len(found["differences"]["rows"])
    json.dumps(found, allow_nan=False)
    table = base64.b64decode(session.comparison("one", "two", "csv")["content"]).decode()
    assert table.startswith("arm,measure,unit,kind,first,second,difference")
    page = base64.b64decode(session.comparison("one", "two", "html")["content"]).decode()
    assert "label_plr against label_legacy" in page


def test_runs_of_other_patients_have_no_pairs_and_say_so(two_runs):
    session = Trials(Jobs(two_runs), "mine")
    found = session.compare("one", "others", "light")
    assert "differences" not in found
    assert "seeds 3 and 4" in found["unpaired"]
    with pytest.raises(InputError, match="other patients"):
        session.comparison("one", "others", "csv")


def test_the_patients_of_a_run_are_a_table(two_runs):
    content = Trials(Jobs(two_runs), "mine").patients("one")["content"]
    assert len(base64.b64decode(content).decode().splitlines()) == 7
