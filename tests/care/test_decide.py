import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aldesim.care import GIVE, HOLD, decide, explain, load_rules, start_memory
from aldesim.errors import InputError

LABEL = load_rules("label_legacy")
RANGES = {
    "SBP": (75, 120),
    "SpO2": (86, 100),
    "creatinine": (0.8, 5.0),
    "urine_mL_per_h": (2, 60),
    "weight_gain_pct": (0, 24),
}
RARE = ("arrhythmia", "ischaemia", "infection", "sustained_VT")
COMMON = ("pressor_rising", "creatinine_rising")


def draw(generator, size, missing=0.0):
    signs = {name: generator.uniform(*span, size) for name, span in RANGES.items()}
    signs["confusion_grade"] = generator.integers(0, 4, size).astype(float)
    signs |= {name: (generator.random(size) < 0.03).astype(float) for name in RARE}
    signs |= {name: (generator.random(size) < 0.5).astype(float) for name in COMMON}
    for values in signs.values():
        values[generator.random(size) < missing] = np.nan
    return signs


def stay(slots, select=slice(None)):
    """Decisions over the slots, for some of the patients."""
    memory, decisions = None, []
    for k, signs in enumerate(slots):
        chosen = {name: values[select] for name, values in signs.items()}
        decisions.append(decide(LABEL, chosen, memory, k / 3, 1 + (k >= 14)))
        memory = decisions[-1].memory
    return decisions


@given(st.integers(0, 2**32 - 1), st.permutations(range(7)))
def test_a_patient_does_not_depend_on_the_others(seed, order):
    generator = np.random.default_rng(seed)
    slots = [draw(generator, 7, missing=0.02) for _ in range(16)]
    together, shuffled = stay(slots), stay(slots, np.array(order))
    alone = stay(slots, np.array([3]))
    for a, b, c in zip(together, shuffled, alone, strict=True):
        assert (a.action[order] == b.action).all()
        assert (a.reasons[order] == b.reasons).all()
        assert a.action[3] == c.action[0]
        assert explain(a, 3) == explain(c, 0)


def test_a_value_that_is_not_known_holds_the_dose_and_says_so():
    well = {name: np.array([high, high]) for name, (_, high) in RANGES.items()}
    well |= {"creatinine": np.array([1.0, np.nan]), "weight_gain_pct": np.array([0.0, 0.0])}
    well |= {"confusion_grade": np.array([0, -1])}
    decision = decide(LABEL, well, None, 0.0)
    assert decision.action.tolist() == [GIVE, HOLD]
    assert not decision.reasons.any()
    assert explain(decision, 1) == (
        "HOLD-05 change of mental status: cannot be judged, confusion_grade not known; "
        "HOLD-07 creatinine: cannot be judged, creatinine not known"
    )


def test_a_failed_patient_is_never_dosed():
    signs = {name: np.full(1, np.nan) for name in (*RANGES, "confusion_grade", *RARE, *COMMON)}
    assert decide(LABEL, signs, None, 0.0).action[0] == HOLD


def test_signs_that_nobody_supplies_are_reported():
    gaps = {gap.rule: gap for gap in LABEL.not_evaluated({"arrhythmia", "SBP", "creatinine"})}
    assert gaps["HOLD-01"].missing == ("bradycardia",)
    assert gaps["HOLD-01"].partly
    assert gaps["HOLD-02"].missing == ("pressor_rising",)
    assert not gaps["HOLD-02"].partly
    assert gaps["HOLD-07"].partly
    assert gaps["DISC-05"].missing == ("hours_intubated",)
    assert LABEL.not_evaluated(LABEL.signs) == ()


def test_a_sign_that_is_not_supplied_does_not_keep_a_hold_for_ever():
    memory = decide(LABEL, {"arrhythmia": np.ones(1)}, None, 0.0).memory
    assert decide(LABEL, {"arrhythmia": np.zeros(1)}, memory, 1 / 3).action[0] == GIVE


def test_memory_is_not_changed():
    generator = np.random.default_rng(1)
    first = decide(LABEL, draw(generator, 50), None, 0.0)
    before = {k: np.array(v) for k, v in vars(first.memory).items()}
    decide(LABEL, draw(generator, 50), first.memory, 1 / 3)
    for name, values in before.items():
        np.testing.assert_array_equal(values, vars(first.memory)[name])
    with pytest.raises(ValueError, match="read-only"):
        first.memory.active[0, 0] = True


def test_hundred_thousand_patients_decide_at_once():
    signs = draw(np.random.default_rng(2), 100_000)
    memory = start_memory(LABEL, 100_000)
    decision = decide(LABEL, signs, memory, 0.0)
    assert decision.action.dtype == np.int8
    assert decision.reasons.shape == (100_000, len(LABEL.rules))


def test_signs_of_different_lengths_and_none_at_all():
    with pytest.raises(InputError, match="one length"):
        decide(LABEL, {"SBP": np.ones(3), "SpO2": np.ones(2)}, None, 0.0)
    with pytest.raises(InputError, match="must hold a sign"):
        decide(LABEL, {"mood": np.ones(3)}, None, 0.0)
    with pytest.raises(InputError, match="memory"):
        decide(LABEL, {"SBP": np.ones(3)}, start_memory(LABEL, 2), 0.0)


def test_without_rules_every_dose_is_given_whatever_the_signs():
    nobody = load_rules("every_dose")
    signs = {"MAP": np.array([90.0, 40.0, np.nan])}
    first = decide(nobody, signs, None, 0.0)
    second = decide(nobody, signs, first.memory, 8 / 24)
    assert second.action.tolist() == [GIVE] * 3
    assert second.reasons.shape == (3, 0) and second.memory.given.tolist() == [2] * 3
