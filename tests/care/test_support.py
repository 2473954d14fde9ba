import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aldesim.care import load_support, orders
from aldesim.care.support import SHELF
from aldesim.errors import InputError

WARD = load_support("inpatient")
STEADY = {
    "MAP": 85.0,
    "SBP": 115.0,
    "pressor_dose": 0.0,
    "weight_gain_kg": 0.0,
    "urine_1h_mL_per_kg": 1.0,
}
INPUTS = {
    "crystalloid_rate",
    "albumin_rate",
    "oral_intake",
    "pressor_on",
    "acetaminophen",
    "diuretic",
    "steroid",
    "antibiotic_prophylaxis",
    "antiemetic",
    "H2_blocker",
}


class Bed:
    """One patient whose orders are reviewed every hour."""

    def __init__(self):
        self.memory = None

    def review(self, hours=1.0, inpatient=True, **signs):
        values = {k: np.array([float(v)]) for k, v in {**STEADY, **signs}.items()}
        given, self.memory = orders(
            WARD, values, self.memory, np.array([float(hours)]), np.array([inpatient])
        )
        assert set(given) == INPUTS
        return {name: v.item() for name, v in given.items()}


def test_while_dosed():
    now = Bed().review(hours=0)
    assert now["crystalloid_rate"] == pytest.approx(1.2)  # 50 mL/h
    assert now["oral_intake"] == 0.3
    assert now["acetaminophen"] == 1
    assert now["pressor_on"] == now["diuretic"] == now["albumin_rate"] == now["steroid"] == 0


def test_before_the_first_dose_only_the_antipyretic():
    for never in (np.nan, np.inf):
        now = Bed().review(hours=never)
        assert now["crystalloid_rate"] == 0
        assert now["oral_intake"] == 1
        assert now["acetaminophen"] == 1


def test_recovery():
    bed = Bed()
    assert bed.review(hours=12)["acetaminophen"] == 1
    later = bed.review(hours=13)
    assert later["acetaminophen"] == later["crystalloid_rate"] == 0
    assert later["oral_intake"] == 0.6
    assert bed.review(hours=73)["oral_intake"] == 1


@pytest.mark.parametrize("signs", [{"MAP": 64.9}, {"SBP": 89.9}])
def test_bolus_when_the_pressure_is_low(signs):
    now = Bed().review(**signs)
    assert now["crystalloid_rate"] == pytest.approx((0.25 + 0.05) * 24)
    assert Bed().review(MAP=65, SBP=90)["crystalloid_rate"] == pytest.approx(1.2)


@pytest.mark.parametrize("signs", [{"MAP": 63}, {"urine_1h_mL_per_kg": 0.1}])
def test_boluses_stay_within_the_daily_limit(signs):
    most = WARD.bolus.most_mL_per_24h / 1000
    bed, litres = Bed(), []
    for _ in range(100):
        litres.append(bed.review(**signs)["crystalloid_rate"] / 24 - 0.05)
        assert bed.memory.fluid_bolus_24h[0] <= most + 1e-9
    given = np.round(litres, 9)
    assert given[:24].sum() == pytest.approx(most)
    assert given[24] > 0
    assert np.convolve(given, np.ones(24), "valid").max() <= most + 1e-9


def test_bolus_for_little_urine_is_rechecked_before_the_next():
    bed = Bed()
    litres = [bed.review(urine_1h_mL_per_kg=0.4)["crystalloid_rate"] / 24 - 0.05 for _ in range(4)]
    np.testing.assert_allclose(litres, [0.5, 0, 0.5, 0], atol=1e-12)
    assert Bed().review(urine_1h_mL_per_kg=0.6)["crystalloid_rate"] == pytest.approx(1.2)
    assert Bed().review(urine_1h_mL_per_kg=np.nan)["crystalloid_rate"] == pytest.approx(1.2)


def test_vasopressor_only_after_fluid_was_tried():
    bed = Bed()
    assert bed.review(MAP=62)["pressor_on"] == 0
    assert bed.review(MAP=62)["pressor_on"] == 1


def test_vasopressor_at_once_when_very_low():
    assert Bed().review(MAP=59.9)["pressor_on"] == 1


def test_vasopressor_stays_until_weaned_and_recovered():
    bed = Bed()
    assert bed.review(MAP=59)["pressor_on"] == 1
    assert bed.review(MAP=66, pressor_dose=1)["pressor_on"] == 1
    assert bed.review(MAP=80, pressor_dose=0.5)["pressor_on"] == 1
    assert bed.review(MAP=74, pressor_dose=0.05)["pressor_on"] == 1
    assert bed.review(MAP=75, pressor_dose=0.1)["pressor_on"] == 0
    assert bed.review(MAP=70)["pressor_on"] == 0


@pytest.mark.parametrize(
    ("changes", "on"),
    [
        ({}, 1),
        ({"hours": 16}, 0),
        ({"weight_gain_kg": 1.5}, 0),
        ({"MAP": 75}, 0),
        ({"hours": np.nan}, 0),
        ({"inpatient": False}, 0),
    ],
)
def test_diuretic_in_recovery_only(changes, on):
    usual = {"hours": 17, "weight_gain_kg": 4, "MAP": 80}
    assert Bed().review(**{**usual, **changes})["diuretic"] == on


def test_no_diuretic_on_a_vasopressor():
    bed = Bed()
    bed.review(MAP=59)
    assert bed.review(hours=20, MAP=80, pressor_dose=1, weight_gain_kg=5)["diuretic"] == 0


def test_discharge_ends_every_order_and_clears_the_memory():
    bed = Bed()
    for _ in range(6):
        bed.review(MAP=58)
    home = bed.review(MAP=58, inpatient=False)
    assert home == dict.fromkeys(INPUTS, 0.0) | {"oral_intake": 1.0}
    assert bed.memory.fluid_bolus_24h[0] == 0
    assert bed.review(MAP=62)["pressor_on"] == 0


@given(st.integers(0, 2**32 - 1))
def test_a_patient_does_not_depend_on_the_others(seed):
    generator = np.random.default_rng(seed)
    memory, alone = None, None
    for hour in range(30):
        signs = {
            "MAP": generator.uniform(55, 90, 5),
            "SBP": generator.uniform(80, 120, 5),
            "pressor_dose": generator.uniform(0, 0.3, 5),
            "weight_gain_kg": generator.uniform(0, 6, 5),
            "urine_1h_mL_per_kg": generator.uniform(0, 2, 5),
        }
        hours = np.full(5, float(hour))
        here = generator.random(5) < 0.9
        every, memory = orders(WARD, signs, memory, hours, here)
        two = {name: values[2:3] for name, values in signs.items()}
        one, alone = orders(WARD, two, alone, hours[2:3], here[2:3])
        assert {k: v[2] for k, v in every.items()} == {k: v[0] for k, v in one.items()}


def test_memory_is_not_changed():
    values = {name: np.array([60.0]) for name in STEADY}
    _, first = orders(WARD, values, None, np.zeros(1), np.ones(1, bool))
    before = first.boluses.copy()
    orders(WARD, values, first, np.zeros(1), np.ones(1, bool))
    assert (first.boluses == before).all()
    with pytest.raises(ValueError, match="read-only"):
        first.boluses[0] = 1


def test_a_sign_that_is_missing():
    with pytest.raises(InputError, match="weight_gain_kg"):
        orders(WARD, {k: np.ones(1) for k in list(STEADY)[:3]}, None, np.ones(1), np.ones(1))


def test_every_order_has_a_source():
    rows = WARD.model_dump()
    assert all(rows[name]["source"] for name in rows if isinstance(rows[name], dict))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mL: 250", "mL: -250", "bolus.mL = -250: must be greater than 0"),
        ("mL: 250", "mL: .nan", "bolus.mL = nan: must be a finite number"),
        ("MAP_below: 65", "MAP_under: 65", "MAP_below = 'missing'"),
        ("off_MAP_at_least: 75", "off_MAP_at_least: 60", "must be above MAP_below"),
        ("dosed: 0.3", "dosed: 30", "oral_intake.dosed = 30: must be less than or equal to 1"),
    ],
)
def test_malformed_file(tmp_path, old, new, said):
    path = tmp_path / "mine.yaml"
    path.write_text((SHELF / "inpatient.yaml").read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        load_support(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_orders_list_the_shelf():
    with pytest.raises(InputError, match="on the shelf: inpatient"):
        load_support("at_home")
