"""Calendar, volumes and conversions of a plan: what must hold for every person and every start."""

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aldesim.drug import load_product
from aldesim.errors import InputError
from aldesim.plan import parse_start, plan
from aldesim.plan.cautions import which
from aldesim.regimen import load_regimen, regimen_names
from aldesim.regimen.regimen import CATALOGUE

START = datetime(2026, 11, 30, 8)
VIAL = load_product("aldesleukin_22MIU")
NAMES = st.sampled_from(regimen_names())
WEIGHTS = st.floats(2, 400)
HEIGHTS = st.floats(60, 220)
STARTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
)


def made(name="high_dose", weight=82.0, start=START, **more):
    return plan(name, weight_kg=weight, start=start, **({"height_cm": 175.0} | more))


def in_zone(name, start, zone, **more):
    """Plan in a time zone; starts that its clocks skip are left to their own test."""
    local = start.replace(tzinfo=ZoneInfo(zone))
    assume(local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == start)
    return made(name, start=start, tz=zone, **more)


def test_high_dose_for_82_kg():
    course = made("high-dose")
    assert [dose.start for dose in course.doses[:3]] == [
        datetime(2026, 11, 30, 8),
        datetime(2026, 11, 30, 16),
        datetime(2026, 12, 1, 0),
    ]
    assert course.doses[13].start == datetime(2026, 12, 4, 16)
    assert course.doses[14].start == datetime(2026, 12, 14, 8)
    assert [course.doses[i].day for i in (0, 13, 14, 27)] == [1, 5, 15, 19]
    recipe = course.doses[0].recipe
    assert recipe.IU == 49.2e6
    assert recipe.mg == pytest.approx(3.007, abs=5e-4)
    assert recipe.draw_mL == pytest.approx(49.2 / 18)
    assert (recipe.vials, recipe.diluent_mL, recipe.minutes) == (3, 50, 15)
    assert recipe.concentration_ug_per_mL == pytest.approx(57.03, abs=0.01)
    assert recipe.mL_per_h == pytest.approx(4 * recipe.bag_mL)
    assert course.warnings == ()
    assert course.rules.id == "label_legacy"


def test_dates_that_follow():
    stones = {stone.kind: stone.date for stone in made().milestones}
    last = date(2026, 12, 18)
    assert stones["discharge"] == last + timedelta(days=1)
    assert stones["evaluation"] == last + timedelta(weeks=4)
    assert stones["next_course"] == stones["discharge"] + timedelta(weeks=7)
    home = date(2026, 12, 24)
    stones = {stone.kind: stone.date for stone in made(discharge=home).milestones}
    assert (stones["discharge"], stones["next_course"]) == (home, home + timedelta(weeks=7))
    hiv = {stone.kind: stone.date for stone in made("hiv-intermittent").milestones}
    assert hiv == {"next_course": START.date() + timedelta(days=3 * 56)}


@given(NAMES, WEIGHTS, HEIGHTS, STARTS)
def test_doses_lie_as_far_from_the_first_as_the_regimen_says(name, weight, height, start):
    course = made(name, weight, start, height_cm=height)
    slots = load_regimen(name).slots()
    minutes = [(dose.start - start) / timedelta(minutes=1) for dose in course.doses]
    assert minutes == np.rint(slots.time * 1440).tolist()
    for dose, slot in zip(course.doses, slots.time, strict=True):
        assert dose.end - dose.start == timedelta(minutes=dose.recipe.minutes)
        assert dose.end - dose.make_from == timedelta(hours=VIAL.stability_hours)
        assert dose.day == (dose.start.date() - start.date()).days + 1
        assert abs(dose.day - 1 - math.floor(slot)) <= 1


@given(st.sampled_from(["high_dose", "continuous_infusion", "after_til"]), STARTS, ZONES)
def test_infusions_keep_their_distance_when_the_clocks_change(name, start, zone):
    course = in_zone(name, start, zone)
    slots = load_regimen(name).slots()
    moments = [dose.start.astimezone(UTC) for dose in course.doses]
    for cycle in set(slots.cycle.tolist()):
        mine = np.flatnonzero(slots.cycle == cycle)
        gaps = [(moments[i] - moments[mine[0]]) / timedelta(minutes=1) for i in mine]
        assert gaps == np.rint((slots.time[mine] - slots.time[mine[0]]) * 1440).tolist()
    for dose in course.doses:
        passed = dose.end.astimezone(UTC) - dose.start.astimezone(UTC)
        assert passed == timedelta(minutes=dose.recipe.minutes)
        assert dose.start.tzinfo is not None


@given(st.sampled_from(["subcutaneous_outpatient", "hiv_intermittent"]), STARTS, ZONES)
def test_injections_keep_the_time_of_day_when_the_clocks_change(name, start, zone):
    course = in_zone(name, start, zone)
    plain = made(name, start=start)
    for dose, naive in zip(course.doses, plain.doses, strict=True):
        shift = abs(dose.start.replace(tzinfo=None) - naive.start)
        assert shift <= timedelta(hours=1)
        if shift:  # only where that time of day does not exist
            skipped = naive.start.replace(tzinfo=ZoneInfo(zone))
            there = skipped.astimezone(UTC).astimezone(ZoneInfo(zone))
            assert there.replace(tzinfo=None) != naive.start


def test_the_night_the_clocks_go_back():
    course = made(start=datetime(2026, 10, 24, 8), tz="Europe/Berlin")
    assert [dose.start.hour for dose in course.doses[:5]] == [8, 16, 0, 7, 15]
    assert course.doses[14].start.hour == 8
    assert any("clocks go back between doses 3 and 4" in said for said in course.warnings)


@given(NAMES, WEIGHTS, HEIGHTS)
def test_sums_and_conversions(name, weight, height):
    course = made(name, weight, height_cm=height)
    assert course.total_IU == pytest.approx(sum(dose.recipe.IU for dose in course.doses))
    assert course.total_vials == sum(dose.recipe.vials for dose in course.doses)
    slots = load_regimen(name).slots()
    per = {"IU/kg": weight, "IU/m2": course.person.BSA_m2, "IU": 1.0}
    for i, dose in enumerate(course.doses):
        recipe = dose.recipe
        assert pytest.approx(slots.amount[i] * per[slots.unit[i].item()]) == recipe.IU
        assert recipe.mg == pytest.approx(recipe.IU / 16.36e6)
        assert recipe.draw_mL == pytest.approx(recipe.MIU / 18)
        assert recipe.vials * VIAL.vial_MIU >= recipe.MIU * (1 - 1e-8)
        assert (recipe.vials - 1) * VIAL.vial_MIU < recipe.MIU


@given(NAMES, WEIGHTS, HEIGHTS)
def test_every_dose_fits_or_is_warned_of(name, weight, height):
    course = made(name, weight, height_cm=height)
    for recipe, doses in course.recipes():
        said = [w for w in course.warnings if w.startswith(which([d.number for d in doses]))]
        if recipe.minutes:
            inside = 30 - 1e-6 <= recipe.concentration_ug_per_mL <= 70 + 1e-6
            mass = 1000 * recipe.mg
            assert recipe.concentration_ug_per_mL == pytest.approx(mass / recipe.bag_mL)
            assert inside or any("too little" in w for w in said)
            assert recipe.diluent_mL == 50 or said
            assert recipe.syringes is None
        else:
            limits = VIAL.injection
            assert recipe.syringes * limits.largest_mL >= recipe.draw_mL * (1 - 1e-8)
            assert (recipe.syringes - 1) * limits.largest_mL < recipe.draw_mL
            fits = recipe.draw_mL >= limits.smallest_mL * (1 - 1e-6) and recipe.syringes == 1
            assert fits != bool(said)
            assert recipe.concentration_ug_per_mL is None


@given(NAMES, WEIGHTS, WEIGHTS)
def test_more_weight_never_takes_less(name, one, other):
    light, heavy = sorted((one, other))
    flat = load_regimen(name).slots().unit[0] == "IU"
    for small, large in zip(made(name, light).doses, made(name, heavy).doses, strict=True):
        for field in ("IU", "mg", "draw_mL", "vials", "bag_mL"):
            assert getattr(small.recipe, field) <= getattr(large.recipe, field) + 1e-9
        assert not flat or small.recipe == large.recipe


@given(WEIGHTS, st.floats(0.3, 3.5))
def test_body_surface_may_be_given(weight, area):
    course = made("subcutaneous_low_dose", weight, BSA_m2=area, height_cm=None)
    assert pytest.approx(1e6 * area) == course.doses[0].recipe.IU


def test_du_bois():
    assert made(weight=70.0, height_cm=170.0).person.BSA_m2 == pytest.approx(1.81, abs=0.005)


def test_no_source_no_rules_no_date():
    course = made("subcutaneous_flat")
    assert course.rules is None
    assert course.milestones == ()
    assert any("No rule set" in said for said in course.warnings)
    assert made("subcutaneous_flat", rules="label_legacy").rules.id == "label_legacy"


def test_assumed_interval_after_cell_therapy_is_said():
    course = made("after-til")
    assert len(course.doses) == 6
    assert any("Assumed: 8 hours between doses" in said for said in course.warnings)
    assert course.rules.id == "til_2024"


@pytest.mark.parametrize("name", regimen_names())
def test_names_with_hyphens(name):
    assert load_regimen(name.replace("_", "-")) == load_regimen(name)


def test_a_regimen_of_ones_own(tmp_path):
    path = tmp_path / "mine.yaml"
    text = (CATALOGUE / "high_dose.yaml").read_text()
    path.write_text(text.replace("id: high_dose", "id: mine").replace("count: 14", "count: 2"))
    course = plan(path, weight_kg=70, start=START)
    assert [dose.day for dose in course.doses] == [1, 1, 15, 15]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weight": 0.0}, "weight_kg = 0.0: must be kg, within 2 and 400"),
        ({"weight": math.nan}, "weight_kg = nan"),
        ({"weight": 8200.0}, "weight_kg = 8200.0"),
        ({"height_cm": 1.75}, "height_cm = 1.75: must be cm, within 40 and 250"),
        ({"height_cm": None, "BSA_m2": -1.0}, "BSA_m2 = -1.0: must be m2"),
        ({"BSA_m2": 1.9}, "give the height or the body surface, not both"),
        ({"tz": "Europe/Atlantis"}, "tz = 'Europe/Atlantis': must be an IANA time zone"),
        ({"tz": "../etc/passwd"}, "must be an IANA time zone"),
        ({"start": START.replace(tzinfo=UTC), "tz": "UTC"}, "has an offset of its own"),
        ({"start": datetime(2026, 3, 29, 2, 30), "tz": "Europe/Berlin"}, "does not exist"),
        ({"start": datetime(9999, 12, 30)}, "must lie in the years 1900 to 2200"),
        ({"discharge": date(2026, 12, 1)}, "discharge = '2026-12-01': must not be before"),
        ({"product": "vial"}, "product = 'vial': unknown; on the shelf"),
        ({"rules": "lax"}, "rules = 'lax': unknown"),
        ({"name": "highdose"}, "regimen = 'highdose': unknown"),
        ({"name": "subcutaneous_low_dose", "height_cm": None}, "height_cm = None: needed by"),
    ],
)
def test_malformed_values(changes, said):
    with pytest.raises(InputError) as caught:
        made(**changes)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("route: IV_infusion", "route: oral", "is digested"),
        ("molecule: aldesleukin", "molecule: nemvaleukin", "so no amount of it can be in IU"),
        ("setting: inpatient", "setting: ward", "setting = 'ward': must be 'inpatient' or"),
        ("  evaluation_weeks: 4", "  evaluation_weeks: -4", "follow_up.evaluation_weeks = -4"),
        ("counted_from: discharge", "counted_from: noon", "follow_up.counted_from = 'noon'"),
        ("  condition:", "  conditions:", "conditions"),
    ],
)
def test_malformed_regimen(tmp_path, old, new, said):
    path = tmp_path / "mine.yaml"
    text = (CATALOGUE / "high_dose.yaml").read_text().replace(old, new)
    if "oral" in new:
        text = text.replace(", minutes: 15", "")
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        plan(path, weight_kg=70, start=START)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_vial_of_another_molecule(tmp_path):
    from aldesim.drug.products import SHELF

    lines = SHELF.read_text().split("products:\n")[1].splitlines()
    own = "\n".join(line[4:] for line in lines).replace(
        "molecule: aldesleukin", "molecule: CHO_IL2"
    )
    path = tmp_path / "vial.yaml"
    path.write_text(own.replace("molecule: aldesleukin", "molecule: CHO_IL2"))
    with pytest.raises(InputError, match="is a vial of CHO_IL2; regimen high_dose gives aldes"):
        made(product=path)


@pytest.mark.parametrize("text", ["2026-11-30T08:00", "2026-11-30 08:00", "2026-11-30T08:00:00"])
def test_start(text):
    assert parse_start(text) == START


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-30", "2026-13-01T08:00", "", "08:00"])
def test_malformed_start(text):
    with pytest.raises(InputError, match="must be a date and a time of day"):
        parse_start(text)


@given(st.sets(st.integers(1, 60), min_size=1))
def test_runs_of_doses_read_back(numbers):
    said = which(sorted(numbers)).removeprefix("Doses ").removeprefix("Dose ")
    back = set()
    for part in said.split(", "):
        first, _, last = part.partition(" to ")
        back |= set(range(int(first), int(last or first) + 1))
    assert back == numbers
