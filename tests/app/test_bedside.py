"""One patient at the bedside is one patient of a trial."""

import base64
import io
import json
import zipfile

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aldesim
from aldesim.app.bedside import words
from aldesim.app.bedside.patient import Course
from aldesim.app.bedside.session import Bedside
from aldesim.app.bedside.setting import Choice, check_setting, controls, start_values
from aldesim.errors import InputError
from aldesim.report.figures.bedside import PANELS, Shown, bedside


@pytest.fixture(scope="module")
def course():
    done = Course(check_setting({"weight": 95, "person": 3, "dose": 110, "kd_alpha": 0.5}))
    done.treat_until(done.treatment_end)
    return done


def test_the_exported_scenario_gives_the_same_patient(course, tmp_path):
    done = Bedside()
    done.draw(course.setting, "light")
    content = base64.b64decode(done.export("yaml")["content"])
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    text = (tmp_path / "scenario.yaml").read_text()
    for name in ("population.yaml", "regimen.yaml", "molecule.yaml"):
        text = text.replace(name, str(tmp_path / name))
    (tmp_path / "scenario.yaml").write_text(text)
    result = aldesim.run(tmp_path / "scenario.yaml", out=tmp_path / "run", workers=1)
    trial = result.doses.collect()
    assert trial["action"].to_list() == [row["action"] for row in course.doses]
    assert trial["given_IU"].to_list() == pytest.approx([r["given_IU"] for r in course.doses])
    kept = result.courses.filter(pl.col("time") <= course.treatment_end).collect()
    signs = course.signs
    rows = np.searchsorted(signs["time"], kept["time"].to_numpy().astype("f4"))
    for sign in ("MAP", "creatinine", "Treg", "weight"):
        assert kept[sign].to_numpy() == pytest.approx(signs[sign][rows], rel=2e-3)


def test_treating_in_parts_is_treating_at_once(course):
    parts = Course(course.setting)
    for day in (1.0, 3.5, course.treatment_end):
        parts.treat_until(day)
    for name, values in course.signs.items():
        np.testing.assert_array_equal(parts.signs[name], values)


def test_the_whole_patient_is_kept_when_another_is_drawn():
    session = Bedside()
    session.draw({}, "light")
    session.hold({"dose": 50}, "light")
    both = session.draw({"weight": 120}, "dark")
    assert [len(row) for row in both["outcomes"]] == [3] * len(both["outcomes"])
    assert both["lane"]["layout"]["yaxis"]["ticktext"] == ["B", "A"]
    json.dumps(both, allow_nan=False)
    session.hold(None, "light")
    assert len(session.redraw("light")["outcomes"][0]) == 2


def test_the_level_between_doses_at_home_is_seen():
    at_home = Course(check_setting({"regimen": "subcutaneous_outpatient"}))
    at_home.treat_until(2.0)
    level = at_home.signs["il2_plasma"]
    assert level.max() > 20 * level[at_home.signs["time"] == 1.0][0]
    assert [row["time"] for row in at_home.doses] == [0.0, 1.0, 2.0]


def test_a_molecule_without_units_is_dosed_by_mass_at_the_times_of_the_regimen():
    asked = {"molecule": "nemvaleukin", "mass": 6, "weight": 90, "dose": 50}
    by_mass = Course(check_setting(asked))
    by_mass.treat_until(1.0)
    first = by_mass.doses[0]
    assert first["given_mg"] == pytest.approx(0.006 * 90)
    assert [row["time"] for row in by_mass.doses] == [row["time"] for row in _doses_of({})]
    session = Bedside()
    drawn = session.draw(asked, "light")
    assert "no activity in IU" in drawn["idle"]["dose"]
    assert "mass" not in drawn["idle"]
    assert ["First dose", "0.540 mg"] in drawn["outcomes"]
    head = base64.b64decode(session.export("csv")["content"]).decode().splitlines()[0]
    assert "dose_given_mg" in head


def _doses_of(setting):
    done = Course(check_setting(setting))
    done.treat_until(1.0)
    return done.doses


def test_tumour_controls_count_only_where_there_is_a_tumour():
    session = Bedside()
    assert set(session.draw({}, "light")["idle"]) == {"mass"}
    healthy = {"disease": "healthy", "regimen": "subcutaneous_low_dose"}
    idle = session.draw(healthy, "light")["idle"]
    assert {"size", "lesions", "doubling"} < set(idle)
    assert "tumour" in idle["size"]


def test_words_name_the_dose_and_the_reason(course):
    held = [row for row in course.doses if row["action"] != "give"]
    told = words.not_given(course)
    assert len(told) == len(held)
    for row, said in zip(held, told, strict=True):
        assert f"dose {row['slot']}" in said["text"]
        assert "_" not in said["text"]
    moment = words.moment(course, held[0]["time"])
    assert moment["sentences"][0].startswith(f"Dose {held[0]['slot']} of cycle")


def test_every_panel_is_a_figure_with_words_for_those_who_do_not_see_it(course):
    shown = [Shown(course.signs, course.doses, course.events)]
    for panel in PANELS:
        figure = bedside(panel, shown)
        assert figure.layout.title.text == panel.title
        assert figure.layout.meta["caption"].startswith(panel.title)
        drawn = np.frombuffer(base64.b64decode(figure.data[0].x["bdata"]), "<f4")
        np.testing.assert_array_equal(drawn, course.signs["time"])


@pytest.mark.parametrize("name", [c.name for c in controls() if isinstance(c, Choice)])
def test_every_choice_can_be_treated(name):
    control = next(c for c in controls() if c.name == name)
    assert isinstance(control, Choice)
    for option in control.options:
        done = Course(check_setting({name: option}))
        done.treat_until(2.0)
        assert not done.failed
        assert words.moment(done, 1.0)["sentences"]


def test_a_setting_out_of_its_limits_is_named():
    with pytest.raises(InputError, match="weight = 500: must be within 40 and 160 kg"):
        check_setting({"weight": 500})
    with pytest.raises(InputError, match="unknown"):
        check_setting({"__class__": 1})
    with pytest.raises(InputError, match="one of"):
        check_setting({"rules": "/etc/passwd.yaml"})


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)


@settings(max_examples=80)
@given(
    st.dictionaries(st.sampled_from(list(start_values())) | st.text(max_size=6), ANYTHING)
    | ANYTHING
    | st.lists(ANYTHING)
)
def test_anything_is_a_setting_or_an_input_error(values):
    try:
        checked = check_setting(values)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert set(checked) == set(start_values())


def test_questions_before_the_first_picture_are_answered_with_an_error():
    session = Bedside()
    for ask in (
        lambda: session.rest("light"),
        lambda: session.moment(1),
        lambda: session.export("csv"),
    ):
        with pytest.raises(InputError, match="draw a setting first"):
            ask()
    for wrong in (None, 3, "purple", []):
        with pytest.raises(InputError, match="theme"):
            session.draw({}, wrong)
    for wrong in (None, True, -1, float("nan"), "1", []):
        with pytest.raises(InputError):
            session.moment(wrong)
