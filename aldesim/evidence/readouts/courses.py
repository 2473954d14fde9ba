"""Readouts of any sign over time. Days count from the first dose unless said otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from aldesim.errors import InputError
from aldesim.evidence.readouts.values import Values
from aldesim.evidence.simulated import Simulated
from aldesim.population.random import normal
from aldesim.timeunits import DAYS_PER_MONTH, HOURS_PER_DAY

DYN_PER_MMHG_MIN_PER_L = 80.0  # dyn*s/cm5 in mmHg*min/L
AGAINST = ("value", "fold", "percent", "difference")


def _signs(data: Simulated, sign: str) -> np.ndarray:
    """Course of a sign, or of one that is computed from others."""
    area = np.asarray(data.covariates["BSA"])
    match sign:
        case "cardiac_index":  # L/min/m2
            return data.course("cardiac_output") / area
        case "SVR_dyn":  # dyn*s/cm5
            return DYN_PER_MMHG_MIN_PER_L * data.course("SVR")
        case "SVRI_dyn":  # dyn*s/cm5*m2
            return DYN_PER_MMHG_MIN_PER_L * data.course("SVR") * area
        case "Treg_share":  # percent of CD4 T cells in blood
            return 100 * data.course("blood_Treg") / data.course("blood_CD4")
        case "blood_Tcon":
            return data.course("blood_CD4") - data.course("blood_Treg")
        case "Treg_to_Tcon":
            regulatory = data.course("blood_Treg")
            return regulatory / (data.course("blood_CD4") - regulatory)
    return data.course(sign)


def _with(data: Simulated, sign: str) -> Simulated:
    """The same experiment, with a computed sign among its courses."""
    return replace(data, courses={**data.courses, sign: _signs(data, sign)})


def _span(
    data: Simulated, sign: str, from_day: float, until_day: float
) -> tuple[np.ndarray, np.ndarray]:
    """Course of a sign, and its part between two days; shapes (t, n) and (fewer, n)."""
    course = _signs(data, sign)
    return course, course[data.between(from_day, until_day)]


def _since_last_dose(data: Simulated, cycle: float) -> np.ndarray:
    """Days since each patient's own last dose of a cycle, shape (t, n); NaN without one."""
    return data.at[:, np.newaxis] - data.last_dose(int(cycle))


def _after_last_dose(data: Simulated, sign: str, days: float, cycle: float) -> np.ndarray:
    """Sign some days after each patient's own last dose of a cycle; NaN without one."""
    day = data.last_dose(int(cycle)) + days
    return np.where(np.isnan(day), np.nan, data.value_at(sign, np.nan_to_num(day)))


def _against(now: np.ndarray, start: np.ndarray, against: str) -> Values:
    match against:
        case "value":
            return Values(now)
        case "fold":
            return Values(now / start)
        case "percent":
            return Values(100 * (now / start - 1))
        case "difference":
            return Values(now - start)
    raise InputError("readout", "against", against, f"must be one of {AGAINST}")


def at(data: Simulated, sign: str, day: float, against: str = "value") -> Values:
    """Sign at a day; its value, or fold, percent change or difference against the start."""
    whole = _with(data, sign)
    return _against(whole.value_at(sign, day), whole.course(sign)[0], against)


def at_last_dose(
    data: Simulated, sign: str, hours: float, against: str = "value", cycle: float = 1
) -> Values:
    """Sign some hours after each patient's own last dose in a cycle; negative hours are before."""
    whole = _with(data, sign)
    now = _after_last_dose(whole, sign, hours / HOURS_PER_DAY, cycle)
    return _against(now, whole.course(sign)[0], against)


def average(
    data: Simulated, sign: str, from_day: float, until_day: float, against: str = "value"
) -> Values:
    """Mean of the instants between two days."""
    course, inside = _span(data, sign, from_day, until_day)
    return _against(inside.mean(axis=0), course[0], against)


def slope(data: Simulated, sign: str, from_day: float, until_day: float) -> Values:
    """Change of a sign per month: the least-squares line through the instants between two days."""
    _, inside = _span(data, sign, from_day, until_day)
    day = data.at[data.between(from_day, until_day)]
    centred = (day - day.mean()) / DAYS_PER_MONTH
    return Values((centred[:, np.newaxis] * inside).sum(axis=0) / (centred**2).sum())


def highest(
    data: Simulated, sign: str, from_day: float, until_day: float, against: str = "value"
) -> Values:
    """Highest value between two days."""
    course, inside = _span(data, sign, from_day, until_day)
    return _against(inside.max(axis=0), course[0], against)


def highest_counted(data: Simulated, sign: str, days: str, counting: float) -> Values:
    """Percent by which the highest of some counts exceeds the count before treatment.

    Each count of a patient differs from the truth by chance, the one before treatment too, so that
    the highest of several rises on the average even where nothing happens.

    Parameters
    ----------
    data : Simulated
        Experiment.
    sign : str
        What is counted.
    days : str
        Days of the counts after the first dose, joined by commas.
    counting : float
        SD of one count, in the unit of the sign.
    """
    whole = _with(data, sign)
    truth = [whole.course(sign)[0], *(whole.value_at(sign, float(day)) for day in days.split(","))]
    patients = np.arange(len(truth[0]))
    chance = normal(0, f"evidence/{data.name}/{sign}", patients, len(truth)).T
    counts = np.stack(truth) + counting * chance
    return Values(100 * (counts[1:].max(axis=0) / counts[0] - 1))


def lowest(
    data: Simulated, sign: str, from_day: float, until_day: float, against: str = "value"
) -> Values:
    """Lowest value between two days."""
    course, inside = _span(data, sign, from_day, until_day)
    return _against(inside.min(axis=0), course[0], against)


def highest_to_first(data: Simulated, sign: str, first_h: float, until_day: float) -> Values:
    """Highest value from some hours after the first dose on, relative to the highest before."""
    first = first_h / HOURS_PER_DAY
    _, before = _span(data, sign, 0.0, first)
    _, after = _span(data, sign, first, until_day)
    return Values(after.max(axis=0) / before.max(axis=0))


def highest_after_last_dose(
    data: Simulated, sign: str, days: float, against: str = "fold", cycle: float = 1
) -> Values:
    """Highest value within some days after each patient's own last dose of a cycle."""
    whole = _with(data, sign)
    course, since = whole.course(sign), _since_last_dose(whole, cycle)
    inside = (since >= 0) & (since <= days)
    top = np.where(inside, course, -np.inf).max(axis=0)
    return _against(np.where(np.isfinite(top), top, np.nan), course[0], against)


def hour_above(data: Simulated, sign: str, threshold: float, until_h: float) -> Values:
    """Hours until a sign first reaches a threshold; patients who never do are left out."""
    inside = data.between(0.0, until_h / HOURS_PER_DAY)
    return Values(HOURS_PER_DAY * _first(data.at[inside], _signs(data, sign)[inside] >= threshold))


def hour_of_share(data: Simulated, sign: str, share: float, until_h: float) -> Values:
    """Hours until a sign first reaches a share of its highest value, from its start."""
    inside = data.between(0.0, until_h / HOURS_PER_DAY)
    course = _signs(data, sign)[inside]
    reached = course - course[0] >= share * (course.max(axis=0) - course[0])
    rises = course.max(axis=0) > course[0]
    return Values(np.where(rises, HOURS_PER_DAY * _first(data.at[inside], reached), np.nan))


def day_of_lowest(data: Simulated, sign: str, until_day: float) -> Values:
    """Day of the lowest value."""
    inside = data.between(0.0, until_day)
    course = np.nan_to_num(_signs(data, sign)[inside], nan=np.inf)
    return Values(data.at[inside][course.argmin(axis=0)])


def days_to_return(
    data: Simulated, sign: str, share: float, cycle: float = 1, from_above: str = "no"
) -> Values:
    """Days from the last dose of a cycle until a sign is back for good at a share of its start.

    Infinite for those who are not back when the watch ends, 0 for those who never left.
    """
    whole = _with(data, sign)
    course, since = whole.course(sign), _since_last_dose(whole, cycle)
    limit = share * course[0]
    away = (course > limit) if from_above == "yes" else (course < limit)
    away &= since >= 0
    last_away = np.where(away, since, 0.0).max(axis=0)
    not_back = last_away >= since[-1]
    back = np.where(not_back, np.inf, last_away)
    return Values(np.where(np.isnan(since[0]), np.nan, back))


def back_to_start(
    data: Simulated, sign: str, days: float, within: float, cycle: float = 1
) -> Values:
    """1 if a sign is at most `within` times its start, some days after the last dose of a cycle."""
    whole = _with(data, sign)
    now = _after_last_dose(whole, sign, days, cycle)
    back = (now <= within * whole.course(sign)[0]).astype(float)
    return Values(np.where(np.isnan(now), np.nan, back))


def hours_on(data: Simulated, sign: str, above: float, cycle: float = 1) -> Values:
    """Hours from the last dose of a cycle until a sign that was above a limit stays at or below."""
    whole = _with(data, sign)
    since = _since_last_dose(whole, cycle)
    on = (whole.course(sign) > above) & (since >= 0)
    hours = HOURS_PER_DAY * np.where(on, since, 0.0).max(axis=0)
    return Values(np.where(on.any(axis=0), hours, np.nan))


def _first(day: np.ndarray, reached: np.ndarray) -> np.ndarray:
    """Day of the first True of each column (t, n); NaN without any."""
    return np.where(reached.any(axis=0), day[reached.argmax(axis=0)], np.nan)
