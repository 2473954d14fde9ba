import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from aldesim import drug
from aldesim.drug import load_molecule

ALDESLEUKIN = load_molecule("aldesleukin")
amounts = hnp.arrays(
    float, st.integers(1, 20), elements=st.floats(1e-3, 1e12, allow_subnormal=False)
)

ROUND_TRIPS = [
    (drug.mg_from_iu, drug.iu_from_mg),
    (drug.pmol_from_mg, drug.mg_from_pmol),
    (drug.pmol_from_iu, drug.iu_from_pmol),
    (drug.pm_from_iu_per_ml, drug.iu_per_ml_from_pm),
]


def test_label_strength_18_miu_is_1_1_mg():
    assert drug.mg_from_iu(drug.iu_from_miu(18.0), ALDESLEUKIN) == pytest.approx(1.1, rel=1e-3)


def test_label_dose_600000_iu_per_kg_is_0_037_mg_per_kg():
    assert round(drug.mg_from_iu(600_000.0, ALDESLEUKIN), 3) == 0.037


def test_one_iu_per_ml_is_four_picomolar():
    assert drug.pm_from_iu_per_ml(1.0, ALDESLEUKIN) == pytest.approx(3.995, abs=5e-4)


def test_one_iu_weighs_61_picogram():
    assert drug.mg_from_iu(1.0, ALDESLEUKIN) * 1e9 == pytest.approx(61.1, abs=0.05)


def test_million_iu():
    assert drug.miu_from_iu(22e6) == 22
    assert drug.iu_from_miu(np.array([1.0, 2.0])).tolist() == [1e6, 2e6]


@pytest.mark.parametrize(("there", "back"), ROUND_TRIPS)
@given(values=amounts)
def test_round_trip(there, back, values):
    np.testing.assert_allclose(back(there(values, ALDESLEUKIN), ALDESLEUKIN), values, rtol=1e-12)


@pytest.mark.parametrize("convert", [f for pair in ROUND_TRIPS for f in pair])
@given(values=amounts)
def test_positive_monotone_and_one_by_one(convert, values):
    out = convert(np.sort(values), ALDESLEUKIN)
    assert (out > 0).all()
    assert (np.diff(out) >= 0).all()
    assert out[0] == convert(float(np.sort(values)[0]), ALDESLEUKIN)
