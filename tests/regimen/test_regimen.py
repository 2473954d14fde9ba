import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aldesim.drug import load_molecule
from aldesim.errors import InputError
from aldesim.regimen import dose_IU, load_regimen, regimen_names
from aldesim.regimen.regimen import CATALOGUE

HIGH_DOSE = load_regimen("high_dose")


@pytest.mark.parametrize("name", regimen_names())
def test_every_regimen_loads_and_names_itself_its_molecule_and_source(name):
    regimen = load_regimen(name)
    assert regimen.id == name
    assert regimen.source
    load_molecule(regimen.molecule)
    slots = regimen.slots()
    assert slots.time[0] == 0
    assert (np.diff(slots.time) > 0).all()
    assert (slots.amount > 0).all()


def test_high_dose_calendar():
    slots = HIGH_DOSE.slots()
    assert len(slots) == 28
    for cycle in (1, 2):
        mine = slots.cycle == cycle
        assert mine.sum() == 14
        assert slots.slot[mine].tolist() == list(range(1, 15))
        np.testing.assert_allclose(np.diff(slots.time[mine]) * 24, 8)
    assert slots.time[14] == 14.0
    assert np.floor(slots.time[13]) + 1 == 5  # cycle 1 ends on day 5
    assert np.floor(slots.time[27]) + 1 == 19  # cycle 2 is days 15 to 19
    assert 15 - 5 - 1 == 9  # days of rest between
    np.testing.assert_allclose(slots.duration * 1440, 15)
    assert set(slots.route) == {"IV_infusion"}
    assert slots[0].unit == "IU/kg"
    assert slots[0].amount == 600_000


def test_higher_dose_has_the_same_calendar():
    other = load_regimen("high_dose_720").slots()
    assert (other.time == HIGH_DOSE.slots().time).all()
    assert set(other.amount) == {720_000}


def test_continuous_infusion_runs_without_a_pause_for_five_days_twice():
    slots = load_regimen("continuous_infusion").slots()
    ends = slots.time + slots.duration
    assert ends[4] == 5.0
    assert (slots.time[1:5] == ends[:4]).all()
    rest = slots.time[5] - ends[4]
    assert 2 <= rest <= 6
    assert slots[0].amount == 18e6
    assert slots[0].unit == "IU/m2"


def test_outpatient_dose_halves_after_the_first_week():
    slots = load_regimen("subcutaneous_outpatient").slots()
    assert slots.amount[:5].tolist() == [250_000] * 5
    assert set(slots.amount[5:]) == {125_000}
    assert set(slots.route) == {"SC"}
    assert (slots.duration == 0).all()


@pytest.mark.parametrize(
    ("name", "doses", "amounts", "unit", "last_day"),
    [
        ("high-dose-720", 28, {720_000}, "IU/kg", 19),
        ("low-dose-intravenous", 28, {72_000}, "IU/kg", 19),
        ("continuous-infusion", 10, {18e6}, "IU/m2", 14),
        ("subcutaneous-outpatient", 30, {250_000, 125_000}, "IU/kg", 40),
        ("subcutaneous-flat", 20, {9e6}, "IU", 26),
        ("subcutaneous-low-dose", 84, {1e6}, "IU/m2", 84),
        ("hiv-intermittent", 30, {7.5e6}, "IU", 117),
        ("after-til", 6, {600_000}, "IU/kg", 2),
    ],
)
def test_shelf(name, doses, amounts, unit, last_day):
    slots = load_regimen(name).slots()
    assert len(slots) == doses
    assert set(slots.amount) == amounts
    assert set(slots.unit) == {unit}
    assert np.floor(slots.time[-1]) + 1 == last_day


def test_low_dose_has_the_high_dose_calendar():
    assert (load_regimen("low_dose_intravenous").slots().time == HIGH_DOSE.slots().time).all()


def test_hiv_cycles_begin_eight_weeks_apart():
    slots = load_regimen("hiv_intermittent").slots()
    assert slots.time[slots.slot == 1].tolist() == [0, 56, 112]
    np.testing.assert_allclose(np.diff(slots.time[:10]) * 24, 12)


def test_slots_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        HIGH_DOSE.slots().time[0] = 3


@given(
    st.lists(st.tuples(st.floats(1, 300), st.floats(0.2, 3)), min_size=1, max_size=20),
    st.sampled_from(["high_dose", "subcutaneous_low_dose", "subcutaneous_eu"]),
)
def test_dose_scales_with_its_unit_and_each_patient_alone(people, name):
    weight, area = (np.array(x) for x in zip(*people, strict=True))
    slot = load_regimen(name).slots()[0]
    dose = dose_IU(slot, weight, area)
    per = {"IU/kg": weight, "IU/m2": area, "IU": np.ones_like(weight)}[slot.unit]
    np.testing.assert_array_equal(dose, slot.amount * per)
    assert dose[-1] == dose_IU(slot, weight[-1], area[-1])[0]


def test_seventy_kilograms_get_42_miu():
    assert HIGH_DOSE.slots().dose_IU(0, 70.0, 1.8).tolist() == [42e6]


@pytest.mark.parametrize("weight", [0, -70, np.nan, np.inf])
def test_weight_must_be_positive(weight):
    with pytest.raises(InputError, match="body_weight"):
        dose_IU(HIGH_DOSE.slots()[0], np.array([70.0, weight]), 1.8)


def test_unknown_regimen_lists_the_shelf():
    with pytest.raises(InputError, match="on the shelf: after_til, continuous_infusion, high_dose"):
        load_regimen("hd")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("amount: 600000", "amount: -600000", "cycles[0].doses[0].amount = -600000: must be great"),
        ("amount: 600000", "amount: .nan", "cycles[0].doses[0].amount = nan: must be a finite"),
        ("amount: 600000", "amount: '600000'", "amount = '600000': must be a valid number"),
        ("unit: IU/kg", "unit: gr/kg", "unit = 'gr/kg': must be 'IU/kg', 'IU/m2', 'IU'"),
        ("count: 14", "count: 14.5", "count = 14.5: must be a valid integer"),
        ("minutes: 15", "minuts: 15", "minuts = 15: unknown field; the fields here are amount, c"),
        ("minutes: 15", "minutes: 0", "route IV_infusion needs minutes above 0"),
        ("minutes: 15", "minutes: 600", "may not last longer than the interval"),
        ("every_hours: 8, ", "", "more than one dose needs every_hours"),
        ("route: IV_infusion", "route: IV", "route = 'IV': must be 'IV_infusion', 'IV_bolus'"),
        ("day: 15", "day: 3", "a cycle may not begin before the one before it has ended"),
        ("day: 1,", "day: 2,", "the first dose must be on day 1"),
        ("molecule: aldesleukin\n", "", "molecule = 'missing': this field is required"),
        ("cycles:", "cycles: [", "must be valid YAML"),
    ],
)
def test_malformed_file(tmp_path, old, new, said):
    path = tmp_path / "mine.yaml"
    path.write_text((CATALOGUE / "high_dose.yaml").read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        load_regimen(path)
    assert said in str(caught.value)
    assert "mine.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def written(doses: str, more: str = "") -> str:
    return f"""
id: mine
name: Mine
description: Mine.
molecule: aldesleukin
route: SC
cycles:
  - doses: [{doses}]
    {more}
source: assumed
"""


def test_five_days_a_week_and_cycles_alike(tmp_path):
    path = tmp_path / "mine.yaml"
    row = "{day: 1, count: 5, every_hours: 24, amount: 9e6, unit: IU, weeks: 4}"
    path.write_text(written(row, "times: 2\n    every_days: 35"))
    slots = load_regimen(path).slots()
    week = np.arange(5)
    month = np.concatenate([week, week + 7, week + 14, week + 21])
    np.testing.assert_array_equal(slots.time, np.concatenate([month, month + 35]))
    assert slots.cycle.tolist() == [1] * 20 + [2] * 20
    assert slots.slot.tolist() == [*range(1, 21)] * 2


@pytest.mark.parametrize(
    ("row", "more", "said"),
    [
        ("{day: 1, count: 8, every_hours: 24, amount: 9, unit: IU, weeks: 2}", "", "fit into one"),
        ("{day: 1, count: 1, amount: 9, unit: IU}", "times: 2", "needs every_days"),
        (
            "{day: 1, count: 8, every_hours: 24, amount: 9, unit: IU}",
            "times: 2\n    every_days: 5",
            "may not begin before",
        ),
    ],
)
def test_repeats_that_do_not_fit(tmp_path, row, more, said):
    path = tmp_path / "mine.yaml"
    path.write_text(written(row, more))
    with pytest.raises(InputError, match=said):
        load_regimen(path)
