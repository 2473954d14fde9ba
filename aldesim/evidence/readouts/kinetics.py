"""Readouts of drug levels: half-lives, peaks, areas, clearance. Times in the unit of the name."""

from __future__ import annotations

import numpy as np

from aldesim.evidence.readouts.values import Values
from aldesim.evidence.simulated import Simulated
from aldesim.timeunits import HOURS_PER_DAY, MINUTES_PER_DAY

PLASMA = "il2_plasma"


def _slope(day: np.ndarray, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least-squares line through the logarithm of levels (t, n): slope per day, value at 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.where(level > 0, np.log(level), np.nan)
    centred = day - day.mean()
    slope = (centred[:, np.newaxis] * log).sum(axis=0) / (centred**2).sum()
    return slope, np.exp(log.mean(axis=0) - slope * day.mean())


def half_life(data: Simulated, from_min: float, until_min: float) -> Values:
    """Half-life in minutes of a log-linear phase of the plasma level."""
    inside = data.between(from_min / MINUTES_PER_DAY, until_min / MINUTES_PER_DAY)
    slope, _ = _slope(data.at[inside], data.course(PLASMA)[inside])
    return Values(_minutes(slope))


def distribution_half_life(
    data: Simulated, until_min: float, terminal_from_min: float, terminal_until_min: float
) -> Values:
    """Half-life in minutes of the first phase, by peeling the terminal one off."""
    course = data.course(PLASMA)
    late = data.between(terminal_from_min / MINUTES_PER_DAY, terminal_until_min / MINUTES_PER_DAY)
    slope, start = _slope(data.at[late], course[late])
    early = data.between(1 / MINUTES_PER_DAY, until_min / MINUTES_PER_DAY)
    day = data.at[early]
    first = course[early] - start * np.exp(slope * day[:, np.newaxis])
    return Values(_minutes(_slope(day, first)[0]))


def half_life_after_dose(
    data: Simulated, which: str, from_min: float, until_min: float, cycle: float = 1
) -> Values:
    """Half-life in minutes after the "first" or the "last" dose given in a cycle."""
    first, last = from_min / MINUTES_PER_DAY, until_min / MINUTES_PER_DAY
    after = np.linspace(first, last, 7)
    dose = _dose_day(data, which, int(cycle))
    level = np.stack([data.value_at(PLASMA, dose + step) for step in after])
    return Values(_minutes(_slope(after, level)[0]))


def start_level(data: Simulated, until_min: float) -> Values:
    """Level right after a bolus in IU/mL: the first minutes extrapolated back to the injection."""
    inside = data.between(1 / MINUTES_PER_DAY, until_min / MINUTES_PER_DAY)
    _, start = _slope(data.at[inside], data.course(PLASMA)[inside])
    return Values(start / data.pM_per_IU_mL)


def level(data: Simulated, hour: float) -> Values:
    """Level in IU/mL at an hour after the first dose."""
    return Values(data.value_at(PLASMA, hour / HOURS_PER_DAY) / data.pM_per_IU_mL)


def level_to_start(data: Simulated, hour: float, reference: Simulated, until_min: float) -> Values:
    """Level at an hour, percent of that right after a bolus in the same patients."""
    here, start = level(data, hour).value, start_level(reference, until_min).value
    return Values(100 * here / start)


def peak(data: Simulated, from_h: float, until_h: float, unit: str = "IU/mL") -> Values:
    """Highest level within two hours after the first dose, in IU/mL or pM."""
    inside = data.between(from_h / HOURS_PER_DAY, until_h / HOURS_PER_DAY)
    highest = data.course(PLASMA)[inside].max(axis=0)
    return Values(highest if unit == "pM" else highest / data.pM_per_IU_mL)


def time_of_peak(data: Simulated, until_h: float, sign: str = PLASMA) -> Values:
    """Hours from the first dose to the highest value."""
    inside = data.between(0.0, until_h / HOURS_PER_DAY)
    course = np.nan_to_num(data.course(sign)[inside], nan=-np.inf)
    return Values(HOURS_PER_DAY * data.at[inside][course.argmax(axis=0)])


def area(data: Simulated, until_h: float) -> Values:
    """Area under the level up to an hour, IU*h/mL."""
    return Values(_area(data, until_h / HOURS_PER_DAY) * HOURS_PER_DAY)


def clearance(data: Simulated, tail_from_h: float, until_h: float) -> Values:
    """Total dose over the area extrapolated to infinity, mL/min."""
    end = until_h / HOURS_PER_DAY
    tail = data.between(tail_from_h / HOURS_PER_DAY, end)
    slope, _ = _slope(data.at[tail], data.course(PLASMA)[tail])
    last = data.value_at(PLASMA, end) / data.pM_per_IU_mL
    whole = _area(data, end) - last / slope
    return Values(data.dose_IU.sum(axis=0) / (whole * MINUTES_PER_DAY))


def bioavailability(
    data: Simulated, reference: Simulated, until_h: float, reference_until_h: float
) -> Values:
    """Area per dose, percent of that of the same patients in the reference experiment."""
    here = _area(data, until_h / HOURS_PER_DAY) / data.dose_IU.sum(axis=0)
    there = _area(reference, reference_until_h / HOURS_PER_DAY) / reference.dose_IU.sum(axis=0)
    return Values(100 * here / there)


def late_to_first_area(data: Simulated, hours: float, cycle: float = 1) -> Values:
    """Change, percent, of the area after the last dose of a cycle against that after the first.

    The area lasts `hours` from each dose; patients with one dose only have none.
    """
    first, last = (_dose_day(data, which, int(cycle)) for which in ("first", "last"))
    change = 100 * (_area_from(data, last, hours) / _area_from(data, first, hours) - 1)
    return Values(np.where(last > first, change, np.nan))


def _minutes(slope: np.ndarray) -> np.ndarray:
    """Half-life in minutes of a slope per day; NaN where the level does not fall."""
    falling = slope < 0
    return np.where(falling, np.log(2) / -np.where(falling, slope, -1.0) * MINUTES_PER_DAY, np.nan)


def _area(data: Simulated, until_day: float) -> np.ndarray:
    """IU*day/mL from the start."""
    inside = data.between(0.0, until_day)
    return np.trapezoid(data.course(PLASMA)[inside], data.at[inside], axis=0) / data.pM_per_IU_mL


def _dose_day(data: Simulated, which: str, cycle: int) -> np.ndarray:
    if which == "last":
        return data.last_dose(cycle)
    return np.full(data.dose_IU.shape[1], data.slot_day[data.slot_cycle == cycle].min())


def _area_from(data: Simulated, start: np.ndarray, hours: float) -> np.ndarray:
    """Area of each patient from its own start, by the instants watched."""
    course, length = data.course(PLASMA), hours / HOURS_PER_DAY
    total = np.zeros(course.shape[1])
    for row in range(len(data.at) - 1):
        left, right = data.at[row], data.at[row + 1]
        inside = (left >= start - 1e-9) & (right <= start + length + 1e-9)
        total += np.where(inside, (right - left) * (course[row] + course[row + 1]) / 2, 0.0)
    return total
