import numpy as np
import pytest

from aldesim.trial.imaging import draw_lesions, load_imaging
from aldesim.trial.imaging.lesions import diameter_mm

IDS = np.arange(300)
NUMBER = 1 + IDS % 5
SLD = 12.0 * NUMBER + IDS / 4
SHARE = np.geomspace(1e-9, 0.9, 300)


def drawn(rows=slice(None), seed=4):
    return draw_lesions(load_imaging(), seed, IDS[rows], SLD[rows], NUMBER[rows], SHARE[rows])


def test_diameters_add_up_and_none_is_too_small():
    lesions = drawn()
    diameters = diameter_mm(lesions.volume)
    assert ((diameters > 0).sum(axis=1) == NUMBER).all()
    assert diameters.sum(axis=1) == pytest.approx(SLD, rel=1e-9)
    assert diameters[diameters > 0].min() >= 10 - 1e-9
    assert lesions.now(np.ones(300), np.ones(300)) == pytest.approx(diameters)


def test_resistant_cells_add_up_and_lie_unevenly():
    lesions = drawn()
    resistant = (lesions.resistant * lesions.volume).sum(axis=1) / lesions.volume.sum(axis=1)
    assert resistant == pytest.approx(SHARE, rel=1e-6)
    several = NUMBER > 1
    inside = lesions.resistant[several]
    assert np.median(inside[:, 0] / inside[:, 1]) != pytest.approx(1, abs=1e-3)


def test_uneven_lesions_hold_more():
    lesions = drawn()
    assert lesions.unevenness[NUMBER == 1] == pytest.approx(1)
    assert (lesions.unevenness[NUMBER > 1] > 1).all()


def test_lesions_differ_in_what_is_left_of_them():
    """Sensitive cells die, resistant ones double: some lesions vanish, others grow."""
    lesions = drawn()
    start = diameter_mm(lesions.volume)
    start[start == 0] = np.nan
    now = lesions.now(np.full(300, 1e-5), np.full(300, 2.0))[NUMBER > 1] / start[NUMBER > 1]
    mixed = (np.nanmin(now, axis=1) < 0.5) & (np.nanmax(now, axis=1) > 0.7)
    assert mixed.any()


def test_a_patient_does_not_depend_on_the_others():
    whole, part = drawn(), drawn(slice(37, 61))
    for name in ("volume", "resistant", "unevenness"):
        assert (getattr(whole, name)[37:61] == getattr(part, name)).all()
