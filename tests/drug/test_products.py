import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aldesim.drug import load_product, preparation, read_products
from aldesim.drug.products import SHELF
from aldesim.errors import InputError

VIAL = load_product("aldesleukin_22MIU")


def test_label_reconstitution():
    solution = VIAL.reconstitution
    assert (solution.water_mL, solution.MIU_per_mL, solution.mg_per_mL) == (1.2, 18, 1.1)
    assert VIAL.dilution.volume_mL == 50
    assert (VIAL.dilution.lowest_ug_per_mL, VIAL.dilution.highest_ug_per_mL) == (30, 70)
    assert VIAL.infusion_minutes == 15
    assert VIAL.stability_hours == 48


def test_vial_and_solution_agree_with_the_specific_activity():
    assert preparation(VIAL, 22e6).mg[0] == pytest.approx(VIAL.vial_mg, rel=0.05)
    made = preparation(VIAL, 18e6)
    assert made.draw_mL[0] == 1
    assert made.mg[0] == pytest.approx(VIAL.reconstitution.mg_per_mL, rel=1e-3)


@pytest.mark.parametrize(
    ("miu", "vials"), [(1, 1), (22, 1), (22.001, 2), (42, 2), (44, 2), (45, 3), (66, 3)]
)
def test_vials(miu, vials):
    assert preparation(VIAL, miu * 1e6).vials[0] == vials


def test_seventy_kilograms():
    made = preparation(VIAL, 600_000 * 70.0)
    assert made.mg[0] == pytest.approx(2.57, abs=0.005)
    assert made.draw_mL[0] == pytest.approx(2.33, abs=0.005)
    assert made.diluent_mL[0] == 50
    assert made.concentration_ug_per_mL[0] == pytest.approx(49, abs=0.1)


def test_doses_of_1_5_mg_or_less_take_a_smaller_bag():
    made = preparation(VIAL, 600_000 * np.array([30.0, 39.0, 40.0, 60.0]))
    assert (made.diluent_mL[:3] < 50).all()
    assert made.diluent_mL[3] == 50


@given(st.floats(1, 300))
def test_window_kept_and_bag_whole_steps(weight):
    made = preparation(VIAL, 600_000 * weight)
    if weight >= 5:
        assert made.in_window[0]
    if made.in_window[0]:
        assert 30 - 1e-6 <= made.concentration_ug_per_mL[0] <= 70 + 1e-6
    assert made.diluent_mL[0] % VIAL.dilution.volume_step_mL == 0
    assert made.diluent_mL[0] > 0


@pytest.mark.parametrize("dose", [0, -1, np.nan, np.inf])
def test_dose_must_be_positive(dose):
    with pytest.raises(InputError, match="dose_IU"):
        preparation(VIAL, np.array([1e6, dose]))


def test_unknown_product_lists_the_shelf():
    with pytest.raises(InputError, match="on the shelf: aldesleukin_22MIU"):
        load_product("vial")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("vial_MIU: 22", "vial_MIU: 0", "products[aldesleukin_22MIU].vial_MIU = 0: must be gre"),
        ("water_mL: 1.2", "water_mL: .inf", "reconstitution.water_mL = inf: must be a finite"),
        ("lowest_ug_per_mL: 30", "lowest_ug_per_mL: 80", "must be below highest_ug_per_mL"),
    ],
)
def test_malformed_file(tmp_path, old, new, said):
    path = tmp_path / "mine.yaml"
    path.write_text(SHELF.read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        read_products(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
