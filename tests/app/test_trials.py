"""Runs from the browser: their folder cannot be left, their sessions cannot meet."""

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
        text = yaml.safe_dump(content | {field: "/etc/secret.yaml"})
        with pytest.raises(InputError, match=f"{field} = '/etc/secret.yaml'"):
            Trials(jobs, "mine").start(ASKED | {"own": text})
