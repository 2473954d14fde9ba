"""The clinic page answers what the commands answer, and names what is wrong."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aldesim.app.clinic.session import LARGEST_PATIENT, Clinic
from aldesim.care.eligibility import criteria_names
from aldesim.errors import InputError

CLINIC = Clinic()
PLAN = {"regimen": "high_dose", "weight": 80.0, "height": 173, "start": "2026-11-30T08:00"}


def test_what_is_filled_in_decides():
    open_ = CLINIC.screen("label_legacy", {})
    assert open_["verdict"] == "undecided"
    young = CLINIC.screen("label_legacy", {"age_years": 12, "sex": ""})
    assert young["verdict"] == "not eligible"
    row = next(row for row in young["rows"] if row[0] == "adult")
    assert row[1:3] == ["not met", "age 12 yr"]


@pytest.mark.parametrize("criteria", criteria_names())
def test_every_list_has_a_form_of_its_own_items(criteria):
    names = {item["name"] for item in CLINIC.items(criteria)}
    assert {"age_years", "sex"} <= names
    assert len(CLINIC.screen(criteria, {})["rows"]) > 5


def test_a_patient_file_is_checked_like_one_of_the_command():
    found = CLINIC.read("label_plr", "yaml", "age_years: 61\nsex: male\n")
    assert found["verdict"] == "undecided"
    with pytest.raises(InputError, match="age_years"):
        CLINIC.read("label_plr", "yaml", "age_years: 400\n")
    with pytest.raises(InputError):
        CLINIC.read("label_plr", "json", '{"resourceType": "Bundle"')
    with pytest.raises(InputError, match="characters"):
        CLINIC.read("label_plr", "yaml", "x" * (LARGEST_PATIENT + 1))


def test_a_course_is_a_page_a_calendar_and_a_table():
    made = CLINIC.plan(PLAN | {"tz": "Europe/Berlin", "discharge": "2026-12-20"})
    assert "28" in made["page"]
    assert {file["name"] for file in made["files"]} == {"course.ics", "course.csv"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"regimen": "/etc/passwd.yaml"}, "must be one of"),
        ({"rules": "../x.yaml"}, "must be one of"),
        ({"product": "x.yaml"}, "must be one of"),
        ({"weight": "80"}, "must be a number"),
        ({"weight": float("nan")}, "must be a number"),
        ({"weight": 10**400}, "must be a number"),
        ({"start": "soon"}, "start"),
        ({"start": None}, "text"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"discharge": "later"}, "discharge"),
    ],
)
def test_a_wrong_course_is_named(changes, words):
    with pytest.raises(InputError, match=words):
        CLINIC.plan(PLAN | changes)


def test_rules_are_read_and_compared():
    read = CLINIC.rules("label_legacy", "")
    assert len(read["rows"]) > 10
    assert not any("_" in cell for row in read["rows"] for cell in row[1:5])
    compared = CLINIC.rules("label_legacy", "label_plr")
    assert compared["rows"]
    assert CLINIC.rules("label_legacy", "label_legacy")["rows"] == []
    assert "IL" in CLINIC.handout("high_dose")["page"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(["items", "screen", "read", "plan", "handout", "rules"]), st.data())
def test_anything_asked_is_answered_or_an_input_error(name, data):
    method = getattr(CLINIC, name)
    known = {"criteria": st.just("label_legacy"), "kind": st.just("yaml")}
    names = method.__code__.co_varnames[1 : method.__code__.co_argcount]
    asked = [data.draw(known.get(n, ANYTHING) | ANYTHING) for n in names]
    try:
        method(*asked)
    except InputError as error:
        assert "\n" not in str(error)
