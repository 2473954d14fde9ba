import numpy as np

from aldesim.trial.events import EventWatch, draw_fates, load_event_kinds
from aldesim.trial.mortality import DEATH_HAZARDS, Mortality

PATIENTS = np.arange(20_000)
KINDS = load_event_kinds()


def hazards_of(watch, value, size):
    return {hazard: np.full(size, value) for hazard in watch.hazards}


def test_share_struck_follows_the_cumulative_hazard():
    watch = EventWatch(draw_fates(KINDS, 1, PATIENTS), len(PATIENTS))
    watch.look(1.0, hazards_of(watch, 0.1, len(PATIENTS)), np.ones(len(PATIENTS), bool))
    struck = sum(len(rows) for rows, _, kind in watch.log if kind == "ischaemia")
    assert abs(struck / len(PATIENTS) - (1 - np.exp(-0.1))) < 0.007


def test_event_is_active_for_its_hours_and_then_over():
    watch = EventWatch(draw_fates(KINDS, 1, PATIENTS), len(PATIENTS))
    watch.look(1.0, hazards_of(watch, 0.2, len(PATIENTS)), np.ones(len(PATIENTS), bool))
    assert watch.active(1.5)["arrhythmia"].any()
    assert not watch.active(2.01)["arrhythmia"].any()


def test_the_dead_meet_no_more_events():
    watch = EventWatch(draw_fates(KINDS, 1, PATIENTS), len(PATIENTS))
    watch.look(1.0, hazards_of(watch, 5.0, len(PATIENTS)), np.zeros(len(PATIENTS), bool))
    assert watch.log == []


def test_fate_does_not_depend_on_the_chunk():
    whole = draw_fates(KINDS, 7, PATIENTS[:50])["arrhythmia_hazard"].thresholds
    part = draw_fates(KINDS, 7, PATIENTS[20:30])["arrhythmia_hazard"].thresholds
    np.testing.assert_array_equal(whole[20:30], part)


def test_day_of_death_does_not_depend_on_how_often_one_looks():
    days = []
    for step in (1.0, 10.0):
        deaths = Mortality(3, PATIENTS[:500])
        for day in np.arange(step, 1001, step):
            seen = dict.fromkeys(DEATH_HAZARDS.values(), np.zeros(500))
            deaths.look(day, seen | {"disease_death_hazard": np.full(500, day / 300)})
        days.append(deaths.day)
    np.testing.assert_allclose(days[0], days[1], rtol=1e-9, equal_nan=True)


def test_median_survival_of_a_constant_hazard():
    deaths = Mortality(3, PATIENTS)
    seen = dict.fromkeys(DEATH_HAZARDS.values(), np.zeros(len(PATIENTS)))
    for day in np.arange(50.0, 5001, 50):
        deaths.look(day, seen | {"disease_death_hazard": np.full(len(PATIENTS), day / 300)})
    assert abs(np.nanmedian(deaths.day) / (300 * np.log(2)) - 1) < 0.03
    assert set(deaths.cause[~np.isnan(deaths.day)]) == {"disease"}


def test_earlier_of_two_causes_counts():
    deaths = Mortality(3, PATIENTS[:200])
    hazards = {"disease_death_hazard": np.full(200, 50.0), "treatment_death_hazard": np.zeros(200)}
    deaths.look(1.0, hazards)
    assert set(deaths.cause) == {"disease"}
