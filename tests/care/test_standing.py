import numpy as np
import pytest

from aldesim.care import load_support, orders, support_names
from aldesim.care.support import SHELF
from aldesim.errors import InputError

STEADY = {
    "MAP": 85.0,
    "SBP": 115.0,
    "pressor_dose": 0.0,
    "weight_gain_kg": 0.0,
    "urine_1h_mL_per_kg": 1.0,
    "albumin": 3.8,
    "creatinine": 1.0,
    "bilirubin": 0.8,
    "platelets": 200.0,
    "SpO2": 97.0,
    "temperature": 37.0,
    "confusion_grade": 0.0,
    "fluid_bolus_24h": 0.0,
    "chills": 0.0,
}


class Bed:
    """One patient whose orders are reviewed every hour."""

    def __init__(self, name, model_inputs=None):
        self.ward, self.memory, self.model_inputs = load_support(name), None, model_inputs

    def review(self, hours=1.0, inpatient=True, **signs):
        values = {k: np.array([float(v)]) for k, v in {**STEADY, **signs}.items()}
        here, past = np.array([inpatient]), np.array([float(hours)])
        given, self.memory = orders(self.ward, values, self.memory, past, here, self.model_inputs)
        return {name: v.item() for name, v in given.items()}


@pytest.mark.parametrize("name", support_names())
def test_wards_of_the_shelf_load_and_every_order_has_a_source(name):
    ward = load_support(name)
    assert ward.id == name
    assert all(order.source for order in ward.orders)
    assert ward.maintenance == load_support("inpatient").maintenance


def test_no_vasopressor_where_there_is_none():
    bed = Bed("inpatient_no_pressor")
    for _ in range(5):
        now = bed.review(MAP=48, SBP=60)
        assert now["pressor_on"] == 0
    assert bed.memory.fluid_bolus_24h[0] > 0
    assert bed.ward.model_parameters() == {}


def test_highest_vasopressor_dose_reaches_the_model():
    assert load_support("inpatient").model_parameters() == {"pressor_dose_max": 5}
    assert load_support("inpatient_low_pressor").model_parameters() == {"pressor_dose_max": 2}


def test_albumin_after_fluid_within_its_daily_limit():
    bed = Bed("inpatient_albumin")
    low = {"SBP": 80, "albumin": 2.2}
    assert bed.review(**low)["albumin_rate"] == 0, "fluid comes first"
    rates = [bed.review(fluid_bolus_24h=0.5, **low)["albumin_rate"] for _ in range(47)]
    grams = np.array(rates) / 24
    assert np.convolve(grams, np.ones(24), "valid").max() == pytest.approx(50)
    assert grams.sum() == pytest.approx(100)
    assert bed.review(fluid_bolus_24h=0.5, SBP=80, albumin=3.4)["albumin_rate"] == 0


@pytest.mark.parametrize(
    "severe", [{"confusion_grade": 3}, {"SpO2": 86}, {"creatinine": 4.6}, {"bilirubin": 13}]
)
def test_steroid_rescue_runs_for_a_day(severe):
    bed = Bed("inpatient_steroid_rescue")
    assert bed.review()["steroid"] == 0
    assert bed.review(**severe)["steroid"] == 0.8
    assert [bed.review()["steroid"] for _ in range(24)] == [0.8] * 23 + [0]
    assert Bed("inpatient").review(**severe)["steroid"] == 0


def test_a_sign_that_is_not_known_sets_nothing_off():
    assert Bed("inpatient_steroid_rescue").review(SpO2=np.nan)["steroid"] == 0


def test_nsaid_stops_when_the_kidney_suffers():
    bed = Bed("inpatient_label_drugs")
    assert bed.review()["nsaid"] == 1
    assert bed.review(creatinine=2.1)["nsaid"] == 0
    assert bed.review(platelets=40)["nsaid"] == 0
    assert bed.review(hours=13)["nsaid"] == 0
    assert bed.review(chills=1)["meperidine"] == 1


def test_drugs_the_model_does_not_have_are_left_out_and_told():
    ward = load_support("inpatient_label_drugs")
    assert "nsaid" not in Bed("inpatient_label_drugs", {"antiemetic"}).review()
    told = {order.id for order in ward.not_simulated({"antiemetic", "nsaid"})}
    assert told == {"meperidine", "H2_blocker", "antibiotics", "dopamine"}


def test_a_variant_adds_to_the_drugs_of_its_ward_and_may_leave_some_out(tmp_path):
    usual = {"antibiotics", "antiemetic", "H2_blocker"}
    assert {order.id for order in load_support("inpatient").orders} == usual
    assert {order.id for order in load_support("inpatient_albumin").orders} == usual | {"albumin"}
    path = tmp_path / "early.yaml"
    path.write_text(
        "id: early\nname: early\ndescription: early\nbased_on: inpatient\n"
        "without: [antibiotics, pressor]\n"
    )
    ward = load_support(path)
    assert {order.id for order in ward.orders} == usual - {"antibiotics"}
    assert ward.pressor is None


def test_antibiotics_last_from_admission_to_half_a_day_after_the_last_dose():
    bed = Bed("inpatient")
    given = [bed.review(hours=h)["antibiotic_prophylaxis"] for h in (np.inf, 0, 8, 12, 13)]
    assert given == [1, 1, 1, 1, 0]
    assert bed.review(inpatient=False)["antibiotic_prophylaxis"] == 0


def test_at_home_an_antipyretic_goes_with_each_injection_and_nothing_else():
    bed = Bed("outpatient")
    given = [bed.review(hours=h, inpatient=False) for h in (np.inf, 0, 24, 25)]
    assert [now["acetaminophen"] for now in given] == [0, 1, 1, 0]
    assert [now["nsaid"] for now in given] == [0, 1, 0, 0]
    others = ("antiemetic", "antibiotic_prophylaxis", "pressor_on", "crystalloid_rate", "diuretic")
    assert not any(now[name] for now in given for name in others)
    low = bed.review(hours=1, inpatient=False, SBP=70, MAP=50)
    assert low["crystalloid_rate"] == low["pressor_on"] == 0


def test_discharge_ends_what_was_given_as_needed():
    bed = Bed("inpatient_steroid_rescue")
    bed.review(SpO2=80)
    assert bed.review(inpatient=False)["steroid"] == 0
    assert bed.review()["steroid"] == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("based_on: inpatient", "based_on: at_home", "based_on = 'at_home'"),
        ("based_on: inpatient", "based_on: inpatient\nwithout: [aspirin]", "without = 'aspirin'"),
        ("    hours: 24\n", "    hours: 24\n    at_home: true\n", "on schedule only"),
        ("hours: 24", "hours: 0", "orders[dexamethasone].hours = 0"),
        ("at_least: 3}", "at_least: 3, for_hours: 8}", "looks at the signs of the moment only"),
        ("hours: 24", "hours_after_dose: 12", "on schedule"),
        ("sign: SpO2", "sign: SpO3", "unknown sign"),
    ],
)
def test_malformed_variant(tmp_path, old, new, said):
    path = tmp_path / "mine.yaml"
    text = (SHELF / "inpatient_steroid_rescue.yaml").read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        load_support(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
