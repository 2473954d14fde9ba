"""A plan as text, table, calendar file and page: all say the same."""

import csv
import io
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from aldesim.drug import Product, load_product
from aldesim.plan import plan
from aldesim.plan.html import to_html
from aldesim.plan.ics import to_icalendar
from aldesim.plan.monitoring import WHEN, load_monitoring
from aldesim.plan.spreadsheet import COLUMNS, to_csv
from aldesim.plan.text import to_text
from aldesim.regimen import regimen_names

START = datetime(2026, 11, 30, 8)
STAMP = datetime(2026, 11, 1, tzinfo=UTC)


def made(name="high_dose", start=START, **more):
    return plan(name, weight_kg=82, height_cm=175, start=start, **more)


@pytest.mark.parametrize("setting", ["inpatient", "outpatient"])
def test_monitoring_names_its_sources(setting):
    found = load_monitoring(setting)
    assert all(check.source for check in found.checks)
    assert all(found.at(when) for when in WHEN)


@pytest.mark.parametrize("name", regimen_names())
def test_text_has_every_dose_and_stays_narrow(name):
    course = made(name)
    text = to_text(course)
    assert max(map(len, text.splitlines())) <= 100
    rows = [
        line for line in text.splitlines() if re.match(r" *\d+ +\d+ +\d+ +[A-Z][a-z]{2} ", line)
    ]
    assert len(rows) == len(course.doses)
    assert "Research use only" in text
    for rule in course.rules.rules if course.rules else ():
        assert rule.id in text


@pytest.mark.parametrize("name", regimen_names())
@pytest.mark.parametrize("tz", [None, "Europe/Berlin"])
def test_table_reads_back(name, tz):
    course = made(name, tz=tz)
    rows = list(csv.DictReader(io.StringIO(to_csv(course))))
    assert tuple(rows[0]) == COLUMNS
    for row, dose in zip(rows, course.doses, strict=True):
        assert datetime.fromisoformat(row["start"]) == dose.start
        assert float(row["IU"]) == pytest.approx(dose.recipe.IU, abs=0.5)
        assert float(row["draw_mL"]) == pytest.approx(dose.recipe.draw_mL, abs=5e-4)
        assert bool(row["syringes"]) != bool(row["diluent_mL"])


def events(course):
    calendar = Calendar.from_ical(to_icalendar(course, STAMP))
    return calendar.walk("VEVENT")


@given(
    st.sampled_from(["high_dose", "continuous_infusion", "hiv_intermittent"]),
    st.datetimes(datetime(2000, 1, 1), datetime(2036, 1, 1)),
    st.sampled_from([None, "Europe/Berlin", "America/New_York", "Asia/Kolkata"]),
)
def test_calendar_file_reads_back(name, start, tz):
    start = start.replace(hour=12, second=0, microsecond=0)
    course = made(name, start, tz=tz)
    found = [
        event for event in events(course) if re.match(r"IL-2 dose \d+ of", str(event["summary"]))
    ]
    assert len(found) == len(course.doses)
    for event, dose in zip(found, course.doses, strict=True):
        begin = event.decoded("dtstart")
        if tz:
            assert begin.astimezone(UTC) == dose.start.astimezone(UTC)
        else:
            assert begin == dose.start
        if dose.recipe.minutes:
            end = event.decoded("dtend")
            passed = end.astimezone(UTC) - begin.astimezone(UTC) if tz else end - begin
            assert passed == timedelta(minutes=dose.recipe.minutes)


def test_calendar_file_is_whole_and_keeps_its_identifiers():
    course = made()
    raw = to_icalendar(course, STAMP)
    assert raw == to_icalendar(made(), STAMP)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    found = events(course)
    names = [str(event["uid"]) for event in found]
    assert len(set(names)) == len(names)
    whole_days = {event.decoded("dtstart") for event in found} - {d.start for d in course.doses}
    assert date(2026, 11, 29) in whole_days  # tests before the first dose
    assert date(2026, 12, 19) in whole_days  # discharge
    assert date(2027, 2, 6) in whole_days  # earliest next course
    assert all("Research use only" in str(event["description"]) for event in found)


def test_offset_without_a_zone_is_written_in_utc():
    start = datetime.fromisoformat("2026-11-30T08:00+02:00")
    first = next(e for e in events(made(start=start)) if "dose 1 of" in str(e["summary"]))
    assert first.decoded("dtstart") == datetime(2026, 11, 30, 6, tzinfo=UTC)


@pytest.mark.parametrize("name", regimen_names())
def test_page_stands_alone_and_names_every_dose(name):
    course = made(name)
    page = to_html(course)
    assert page.count('class="slot"') == len(course.doses)
    assert "http:" not in page
    assert "https:" not in page
    assert "<script" not in page
    assert "Research use only" in page
    for stone in course.milestones:
        assert stone.title in page
    cited = {int(n) for n in re.findall(r"<sup>(\d+)</sup>", page)}
    listed = page.split("<ol>")[1].count("<li>")
    assert cited == set(range(1, listed + 1))


def test_markup_in_a_users_regimen_is_only_text(tmp_path):
    from aldesim.regimen.regimen import CATALOGUE

    path = tmp_path / "mine.yaml"
    text = (CATALOGUE / "high_dose.yaml").read_text()
    path.write_text(text.replace("name: High-dose", "name: <img src=x> High-dose"))
    page = to_html(made(str(path)))
    assert "<img" not in page
    assert "&lt;img src=x&gt; High-dose" in page


def test_a_plan_as_text_imports_nothing_heavy():
    code = (
        "import sys; from aldesim.plan import parse_start, plan;"
        "from aldesim.plan.text import to_text;"
        "to_text(plan('high-dose', weight_kg=82, start=parse_start('2026-11-30T08:00')));"
        "print(*sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"sympy", "polars", "plotly", "llvmlite", "scipy", "libsbml", "jinja2", "icalendar"}
    assert heavy.isdisjoint(out.stdout.split())


MASS = """id: by_mass
name: By mass
description: A dose a day by mass.
molecule: {molecule}
route: IV_infusion
cycles:
  - doses:
      - {{day: 1, count: 5, every_hours: 24, amount: {amount}, unit: ug/kg, minutes: 30}}
source: none
"""


def by_mass(folder, molecule, amount, **more):
    path = folder / "mass.yaml"
    path.write_text(MASS.format(molecule=molecule, amount=amount))
    return made(str(path), **more)


def test_a_dose_by_mass_is_made_from_the_same_vial(tmp_path):
    course = by_mass(tmp_path, "aldesleukin", 36)
    recipe = course.doses[0].recipe
    assert recipe.mg == pytest.approx(36 * 82 / 1000)
    assert pytest.approx(recipe.mg * 16.36e6) == recipe.IU
    assert recipe.draw_mL == pytest.approx(recipe.MIU / 18)
    assert "36 ug/kg: " in to_text(course)


def test_without_a_vial_the_calendar_stands_and_says_what_is_missing(tmp_path):
    course = by_mass(tmp_path, "nemvaleukin", 6)
    assert [dose.recipe for dose in course.doses] == [None] * 5
    assert course.doses[0].amount.mg == pytest.approx(0.492)
    text, page = to_text(course), to_html(course)
    for written in (" ".join(text.split()), page):
        assert "No vial of nemvaleukin is known" in written
        assert "2.46 mg in all" in written
        assert "MIU" not in written.split("DOSES")[-1][:400]
    assert "Making up" not in page
    assert page.count('class="slot"') == 5
    rows = list(csv.DictReader(io.StringIO(to_csv(course))))
    assert (rows[0]["mg"], rows[0]["IU"], rows[0]["vials"]) == ("0.4920", "", "")
    titles = [str(event["summary"]) for event in events(course)]
    assert "IL-2 dose 5 of 5: 0.492 mg" in titles


def test_a_vial_in_mg_alone(tmp_path):
    vial = {
        **load_product("aldesleukin_22MIU").model_dump(),
        "id": "mine",
        "molecule": "nemvaleukin",
        "vial_MIU": None,
        "vial_mg": 0.3,
    }
    vial["reconstitution"] |= {"MIU_per_mL": None, "mg_per_mL": 0.25}
    course = by_mass(tmp_path, "nemvaleukin", 6, product=Product.model_validate(vial))
    recipe = course.doses[0].recipe
    assert recipe.vials == 2
    assert recipe.draw_mL == pytest.approx(0.492 / 0.25)
    assert recipe.IU is None
    assert "MIU" not in to_text(course).split("MAKING UP")[1].split("DOSES")[0]
    assert "0.25 mg per mL" in to_html(course)
    with pytest.raises(ValueError, match="go together"):
        Product.model_validate(vial | {"vial_MIU": 22})
