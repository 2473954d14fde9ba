"""Who kills, who holds back, what spreads, what lasts: each course from parameters alone."""

from __future__ import annotations

import numpy as np
import pytest
from ward import high_dose, treat

from aldesim.model import parameter_table

SEEN = {"CTL_half_density": 3.0, "resistant_share": 1e-9}
COURSES = {
    "durable complete response": SEEN,
    "complete response, then relapse": {
        "CTL_half_density": 2.0,
        "resistant_share": 1e-3,
        "surveillance_kill": 0.003,
    },
    "partial response, then relapse": {"CTL_half_density": 4.0, "resistant_share": 0.05},
    "stable disease": {"CTL_half_density": 14.0, "tumour_doubling_time": 100.0},
    "progressive disease": {"CTL_half_density": 500.0},
}


@pytest.fixture(scope="module")
def courses(new_batch):
    """Diameters of each archetype relative to the start: (time, treated), (time, untreated)."""
    names = {name for parameters in COURSES.values() for name in parameters}
    usual = parameter_table()
    parameters = {
        name: np.array([one.get(name, usual[name].value) for one in COURSES.values()])
        for name in names
    }
    found = []
    for doses in (high_dose(), []):
        course = treat(new_batch(**parameters), doses, until=1460.0, rarely=14.0)
        size = course["SLD"] / course["SLD"][0]
        found.append((course["time"], dict(zip(COURSES, size.T, strict=True))))
    return found


def at(time, values, day):
    return float(np.interp(day, time, values))


def test_durable_complete_response(courses):
    time, sizes = courses[0]
    assert sizes["durable complete response"][time > 131].max() < 0.01


def test_complete_response_then_relapse(courses):
    time, sizes = courses[0]
    size = sizes["complete response, then relapse"]
    assert size[(time > 75) & (time < 131)].max() < 0.02
    assert size[-1] > 1.2


def test_partial_response_then_relapse(courses):
    time, sizes = courses[0]
    size = sizes["partial response, then relapse"]
    assert 0.05 < size.min() < 0.7
    assert at(time, size, 131) < 0.7
    assert at(time, size, 730) > 1.2 * size.min()


def test_stable_disease(courses):
    time, sizes = courses[0]
    half_year = sizes["stable disease"][time < 180]
    assert half_year.min() > 0.7
    assert (half_year < 1.2 * np.minimum.accumulate(half_year)).all()


def test_progressive_disease(courses):
    time, sizes = courses[0]
    size = sizes["progressive disease"]
    assert at(time, size, 90) > 1.2
    assert size.min() > 0.95


@pytest.mark.parametrize("name", COURSES)
def test_nobody_responds_untreated(courses, name):
    time, sizes = courses[1]
    assert sizes[name].min() > 0.99
    assert at(time, sizes[name], 365) > 1.4


def volume(new_batch, day, **parameters):
    course = treat(new_batch(**parameters), high_dose(), until=day)
    return course["tumour_volume"][-1]


def test_chemokines_call_t_cells_in(new_batch):
    watch = ("chemokines", "TIL")
    batch = new_batch(homing_chemokines=np.array([0.0, 1.2, 5.0]))
    course = treat(batch, high_dose(), until=60.0, watch=watch)
    infiltrate = course["TIL"].max(axis=0)
    assert infiltrate[0] < infiltrate[1] < infiltrate[2]
    chemokines, late = course["chemokines"][:, 1], course["late_cytokines"][:, 1]
    first = course["time"] < 5.0
    assert 0.1 < chemokines[first].max() < late[first].max()
    after = np.interp(4.33 + 1.0, course["time"], chemokines)
    assert after > 3 * np.interp(4.33 + 1.0, course["time"], late)
    assert chemokines[-1] < 1e-3


def test_activated_nk_cells_kill_what_t_cells_cannot_see(new_batch):
    unseen = {"CTL_half_density": 1e5, "SLD_0": 40.0}
    final = volume(new_batch, 45.0, LAK_kill=np.array([1e-9, 0.03, 0.1]), **unseen)
    assert final[0] > 1.03 * final[1]
    assert final[1] > final[2]


def test_nk_killing_waits_for_activation(new_batch):
    """Full lymphokine-activated killing takes three to four days (Rayner 1985)."""
    course = treat(new_batch(), high_dose(1), until=10.0, watch=("NK_kill",))
    kill = course["NK_kill"][:, 0]
    assert kill[0] == 0
    assert np.interp(0.5, course["time"], kill) < 0.3 * kill.max()
    assert 2.5 < course["time"][kill.argmax()] < 6


def test_treg_hold_killing_back(new_batch):
    """Removed, killing rises; doubled, it falls."""
    batch = new_batch(Treg_0=np.array([1.0, 55.0, 110.0]), CTL_half_density=10.0)
    course = treat(batch, high_dose(), until=90.0, watch=("CTL_kill",))
    most = course["CTL_kill"].max(axis=0)
    assert most[0] > 1.2 * most[1]
    assert most[1] > 1.05 * most[2]


def test_exhaustion_shields_the_tumour(new_batch):
    tiring = {"TIL_exhaustion": np.array([0.02, 0.085, 0.3]), "CTL_half_density": 15.0}
    final = volume(new_batch, 120.0, **tiring)
    assert final[0] < final[1] < final[2]


def test_antigen_of_dying_cells_primes(new_batch):
    batch = new_batch(priming=np.array([1e-9, 0.03]), reactivation=1e-9, CTL_half_density=10.0)
    course = treat(batch, high_dose(), until=120.0, watch=("dendritic", "tumour_specific_T"))
    assert course["dendritic"][:, 1].max() > 2 * course["dendritic"][0, 1]
    assert course["tumour_specific_T"][:, 1].max() > 2 * course["tumour_specific_T"][:, 0].max()


def test_interleukin_2_slows_spread(new_batch):
    """Same burden, fewer new colonies expected while NK cells and memory are up."""
    parameters = {"CTL_half_density": 500.0, "LAK_kill": 1e-9}
    treated, untreated = new_batch(**parameters), new_batch(**parameters)
    course = treat(treated, high_dose(), until=60.0, watch=("metastasis_hazard",))
    untreated.advance(60.0)
    expected = untreated.observe(["metastasis_hazard"])["metastasis_hazard"][0]
    assert 0.5 < expected < 20
    assert course["metastasis_hazard"][-1, 0] < 0.6 * expected


def test_larger_tumours_spread_more(new_batch):
    batch = new_batch(SLD_0=np.array([45.0, 90.0]), tumour_doubling_time=1e6, CTL_kill_max=1e-9)
    batch.advance(10.0)
    small, large = batch.observe(["metastasis_hazard"])["metastasis_hazard"]
    assert large / small == pytest.approx(8**0.663, rel=0.05)


@pytest.mark.parametrize("order", ["steroid", "immunosuppression"])
def test_immunosuppressants_take_the_benefit_for_good(new_batch, order):
    """Papa 1986: dexamethasone abolishes killing and response in mice."""
    given = {"until": 730.0, "watch": ("CTL_kill", "LAK", "TIL_function")}
    free, untreated = treat(new_batch(**SEEN), high_dose(), **given), new_batch(**SEEN)
    course = treat(new_batch(**SEEN), high_dose(), orders={order: 0.9}, **given)
    treated = free["time"] < 20
    for name in ("CTL_kill", "LAK", "TIL_function"):
        assert course[name][treated].max() < 0.6 * free[name][treated].max(), name
    untreated.advance(730.0)
    assert free["SLD"][-1, 0] < 1
    assert course["SLD"][-1, 0] > 0.8 * untreated.observe(["SLD"])["SLD"][0]


def test_anergic_cells_wake_by_dose_and_sleep_again_in_bulk(new_batch):
    watch = ("TIL_function",)
    few = treat(new_batch(), high_dose(1, doses=4), until=300.0, watch=watch)
    many = treat(new_batch(), high_dose(), until=300.0, watch=watch)
    rest = few["TIL_function"][0, 0]
    assert rest < 0.2
    assert many["TIL_function"].max() > few["TIL_function"].max() + 0.1 > rest + 0.2
    assert many["TIL_function"][-1, 0] < 0.3
