import numpy as np
import pytest

from aldesim.trial.imaging import OBSERVED, Scanner, Spread, draw_lesions, load_imaging
from aldesim.trial.imaging.settings import Setting

N = 400
IDS = np.arange(N)
EVERYONE = np.ones(N, dtype=bool)
GROWTH = 0.01


def seen(day=0.0, kill=0.0, seeding=0.02, hazard=None):
    """A tumour of 40 mL, 1 % resistant, that grows by 1 % a day less what is killed."""
    size = np.log(40.0) + (GROWTH - kill) * day
    values = {
        "ln_tumour_sensitive": size + np.log(0.99),
        "ln_tumour_resistant": size + np.log(0.01),
        "metastasis_hazard": seeding * day if hazard is None else hazard,
        "seeding": seeding,
        "tumour_growth": GROWTH,
    }
    return {name: np.full(N, values[name]) for name in OBSERVED}


def scanner(imaging=None, seeding=0.02, seed=1):
    imaging = imaging or load_imaging()
    start = seen(seeding=seeding)
    spread = Spread(imaging, seed, IDS, start, exponent=0.66, extinct_volume=1e-7)
    lesions = draw_lesions(imaging, seed, IDS, np.full(N, 90.0), np.full(N, 3.0), np.full(N, 0.01))
    return Scanner(imaging, lesions, spread, seed, IDS, start)


def exact():
    return load_imaging().model_copy(update={"reading_cv": Setting(value=0, source="none")})


def test_readings_are_whole_millimetres_and_err_a_little():
    scan = scanner().scan(0.0, 0, seen(), EVERYONE)
    read = scan.targets[np.isfinite(scan.targets)]
    assert (read == np.round(read)).all()
    assert np.isnan(scan.targets[:, 3:]).all()
    assert scan.sld.mean() == pytest.approx(90, abs=1)
    assert 2 < scan.sld.std() < 6
    assert (scanner(exact()).scan(0.0, 0, seen(), EVERYONE).sld - 90 <= 1.5).all()


def test_small_remnants_count_five_and_then_nothing():
    there = scanner(exact())
    shrunk = [there.scan(d, k, seen(d, kill=0.05), EVERYONE) for k, d in enumerate((0.0, 120, 300))]
    small = shrunk[1].targets[np.isfinite(shrunk[1].targets)]
    assert set(small[small < 6]) <= {0.0, 5.0}
    assert (shrunk[2].sld == 0).all()


def test_who_is_not_scanned_has_no_reading():
    scan = scanner().scan(0.0, 0, seen(), np.zeros(N, dtype=bool))
    assert np.isnan(scan.sld).all()
    assert (scan.new_lesions == 0).all()


def followed(there, days, **course):
    counts = []
    for number, day in enumerate(days):
        there.look(seen(day, **course))
        counts.append(there.scan(day, number, seen(day, **course), EVERYONE).new_lesions)
    return np.array(counts)


DAYS = np.arange(0.0, 701.0, 7.0)


def test_new_lesions_appear_as_a_growing_tumour_sheds_them():
    """In steady growth the visible ones arrive at the seeding of when they were small."""
    counts = followed(scanner(), DAYS[:53])
    assert (counts[0] == 0).all()
    assert (np.diff(counts, axis=0) >= 0).all()
    grown = 3 * np.log(8 / 2)  # ln volume from 2 to 8 mm
    start = 0.02 * np.exp(-0.66 * grown)
    expected = start * np.expm1(0.66 * GROWTH * DAYS[52]) / (0.66 * GROWTH)
    # seeding here stays what it was at day 0, so that only what was hidden then is on this curve
    hidden = 0.02 * (1 - np.exp(-0.66 * grown)) / (0.66 * GROWTH)
    assert expected < hidden
    assert counts[-1].mean() == pytest.approx(expected, rel=0.15)


def test_colonies_die_with_the_tumour():
    counts = followed(scanner(), DAYS, kill=0.05)
    assert counts[-1].max() == 0
    regrown = seen(3000.0, hazard=0.0)
    there = scanner()
    for day in DAYS:
        there.look(seen(day, kill=0.05, hazard=0.0))
    assert there.scan(3000.0, 1, regrown, EVERYONE).new_lesions.max() == 0


def test_no_seeding_no_lesions():
    assert followed(scanner(seeding=1e-12), DAYS, seeding=1e-12).max() == 0


def test_looks_apart_or_close_find_the_same_lesions():
    often, seldom = followed(scanner(), DAYS), followed(scanner(), DAYS[::4])
    assert (often[::4] == seldom).all()


def test_keyed_by_patient():
    one, again, other = (followed(scanner(seed=s), DAYS[:30])[-1] for s in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()
