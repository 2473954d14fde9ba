import numpy as np

from aldesim.regimen import load_regimen
from aldesim.trial.clock import MINUTES_PER_DAY, NONE, build_clock


def high_dose_clock(follow_up_days=730, scan_days=(47, 75)):
    slots = load_regimen("high_dose").slots()
    return slots, build_clock(
        np.rint(slots.time * MINUTES_PER_DAY).astype(int),
        np.rint(slots.duration * MINUTES_PER_DAY).astype(int),
        slots.cycle,
        np.zeros(len(slots), dtype=bool),
        ward_hours_after_last_slot=72,
        follow_up_days=follow_up_days,
        scan_days=scan_days,
    )


def test_every_dose_and_every_end_of_infusion_is_an_instant_of_its_own():
    slots, clock = high_dose_clock()
    due = clock.slot != NONE
    assert due.sum() == len(slots)
    np.testing.assert_allclose(clock.days[due], slots.time)
    np.testing.assert_allclose(clock.days[clock.infusion_end], slots.time + 15 / 1440)


def test_time_rises_and_ends_with_follow_up():
    _, clock = high_dose_clock()
    assert (np.diff(clock.minutes) > 0).all()
    assert clock.days[0] == 0
    assert clock.days[-1] == 730


def test_rounds_are_hourly_during_stays_and_end_between_them():
    _, clock = high_dose_clock()
    inside = clock.minutes[clock.round]
    stays = np.split(inside, np.flatnonzero(np.diff(inside) > 60) + 1)
    assert len(stays) == 2
    assert all((np.diff(stay) == 60).all() for stay in stays)
    assert stays[0][-1] - stays[0][0] == (13 * 8 + 72) * 60
    assert clock.minutes[clock.close].tolist() == [stay[-1] for stay in stays]


def test_scans_keep_their_order_and_stay_inside_follow_up():
    _, clock = high_dose_clock(follow_up_days=60)
    assert clock.days[clock.scan != NONE].tolist() == [0, 47]
    assert clock.scan[clock.scan != NONE].tolist() == [0, 1]


def test_short_follow_up_cuts_the_calendar():
    _, clock = high_dose_clock(follow_up_days=5, scan_days=())
    assert (clock.slot != NONE).sum() == 14
