"""Tumour response by RECIST 1.1 or by the older WHO criteria: sizes and new lesions at each scan.

References
----------
Eisenhauer et al. New response evaluation criteria in solid tumours: revised RECIST guideline
(version 1.1). Eur J Cancer 2009;45:228-247. doi:10.1016/j.ejca.2008.10.026
Miller et al. Reporting results of cancer treatment. Cancer 1981;47:207-214.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aldesim.errors import InputError

RESPONSES = ("CR", "PR", "SD", "PD", "NE")

CONFIRMATION_DAYS = 28.0
STABLE_DAYS = 56.0


@dataclass(frozen=True)
class Criteria:
    """How much a tumour must shrink or grow to count.

    Parameters
    ----------
    name : str
        What they are called.
    power : int
        Power of the diameters that are added up: 1 for lengths (mm), 2 for products (mm2), lesions
        being round.
    partial : float
        Change from baseline, as a share, from which on a response is partial.
    progression : float
        Change from the smallest sum so far that is progression.
    least : float
        Smallest growth of the sum that is progression, in its unit.
    """

    name: str
    power: int
    partial: float
    progression: float
    least: float


RECIST = Criteria("RECIST 1.1", power=1, partial=-0.30, progression=0.20, least=5.0)
WHO = Criteria("WHO", power=2, partial=-0.50, progression=0.25, least=0.0)
"""Products of diameters added up: PR a fall by half, PD a rise by a quarter of the smallest sum."""


@dataclass(frozen=True)
class Assessment:
    """Response of each patient, scan by scan and over all.

    Parameters
    ----------
    change_pct : array, shape (n, scans)
        Change of the sum of diameters from baseline [%], NaN where no scan was made.
    nadir_change_pct : array, shape (n, scans)
        Change from the smallest sum before this scan, baseline included [%]; infinite for a
        tumour that comes back after it had gone.
    response : array of str, shape (n, scans)
        "CR", "PR", "SD", "PD" or, where no scan was made, "NE". Not yet confirmed.
    best : array of str, shape (n,)
        Best overall response, CR and PR confirmed.
    best_change_pct : array, shape (n,)
        Smallest change from baseline up to and with the first progression [%]; NaN without a scan.
    response_day : array, shape (n,)
        Day of the first CR or PR that was confirmed; NaN if none.
    progression_day : array, shape (n,)
        Day of the first PD scan; NaN if none. Death is not counted here, see `progression_free`.
    progression_by : array of str, shape (n,)
        "target" if the targets alone would be PD at that scan, "new lesion" if they would not,
        empty without PD.
    last_scan_day : array, shape (n,)
        Day of the last scan made; NaN if none.
    """

    change_pct: NDArray[np.float64]
    nadir_change_pct: NDArray[np.float64]
    response: NDArray[np.str_]
    best: NDArray[np.str_]
    best_change_pct: NDArray[np.float64]
    response_day: NDArray[np.float64]
    progression_day: NDArray[np.float64]
    progression_by: NDArray[np.str_]
    last_scan_day: NDArray[np.float64]


def assess(
    times: ArrayLike,
    sld: ArrayLike,
    baseline: ArrayLike,
    death_day: ArrayLike | None = None,
    *,
    new_lesion: ArrayLike | None = None,
    criteria: Criteria = RECIST,
    confirmation_days: float = CONFIRMATION_DAYS,
    stable_days: float = STABLE_DAYS,
) -> Assessment:
    """Response of each patient by RECIST 1.1, or by other criteria.

    CR: the sum is 0. PR: 30 % or more below baseline. PD: 20 % or more, and 5 mm or more, above
    the smallest sum so far (baseline included), or a new lesion whatever the sum; after a sum of 0
    any measurable tumour is PD.
    A CR or PR counts as best response when a scan at least `confirmation_days` later, with no PD
    before it, shows the same or better; an unconfirmed one counts as stable disease. Stable
    disease needs a scan without PD at `stable_days` or later. Scans after the first PD change
    nothing but their own row.

    Parameters
    ----------
    times : array, shape (scans,) or (n, scans)
        Day of each scan after baseline, rising.
    sld : array, shape (n, scans)
        Sum of longest diameters [mm], or of what the criteria add up; NaN where no scan was made.
    baseline : array, shape (n,)
        Sum at baseline [mm]; 0 or NaN for a patient without measurable disease or without a
        baseline scan, who is not evaluable.
    death_day : array, shape (n,), optional
        Day of death, NaN or infinite if alive. Scans on that day or later are not made.
    new_lesion : array of bool, shape (n, scans), optional
        Whether the scan shows a lesion that was not there at baseline; by default none does.
    criteria : Criteria
        Limits; those of RECIST 1.1 by default.
    confirmation_days : float
        Shortest time between a response and its confirmation [day]; 4 weeks in RECIST 1.1.
    stable_days : float
        Shortest time from baseline to call a disease stable [day]; RECIST 1.1: 6 to 8 weeks.

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        If shapes do not agree, times do not rise or a sum of diameters is negative.

    Examples
    --------
    >>> assess([56, 112], [[60, 55], [130, 150]], [100, 100]).best.tolist()
    ['PR', 'PD']
    """
    day, size, start = _checked(times, sld, baseline)
    if death_day is not None:
        death = np.asarray(death_day, dtype=np.float64).reshape(-1, 1)
        size = np.where(day >= death, np.nan, size)
    seen = np.isfinite(size)
    added = _new(new_lesion, size.shape) & seen
    nadir = np.fmin.accumulate(np.concatenate((start, size), axis=1), axis=1)[:, :-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = (size - start) / start
        growth = np.where((nadir == 0) & (size == 0), 0.0, (size - nadir) / nadir)

    back = (nadir == 0) & (size > 0)
    larger = back | ((growth >= criteria.progression) & (size - nadir >= criteria.least))
    worse = larger | added
    complete = (size == 0) & ~worse
    partial = ~complete & ~worse & (change <= criteria.partial)
    response = np.select(
        [~seen, complete, worse, partial], ["NE", "CR", "PD", "PR"], default="SD"
    ).astype("<U2")

    before = np.cumsum(worse, axis=1) == 0
    progression_day = _first(worse, day)
    first = worse & (np.cumsum(worse, axis=1) == 1)
    progression_by = np.select(
        [(first & larger).any(axis=1), first.any(axis=1)], ["target", "new lesion"], default=""
    ).astype("<U10")
    confirmed_cr = _confirmed(complete & before, complete & before, day, confirmation_days)
    objective = (complete | partial) & before
    confirmed = _confirmed(objective, objective, day, confirmation_days)
    stable = (seen & before & (day >= stable_days)).any(axis=1)
    best = np.select(
        [confirmed_cr.any(axis=1), confirmed.any(axis=1), stable, worse.any(axis=1)],
        ["CR", "PR", "SD", "PD"],
        default="NE",
    ).astype("<U2")

    counted = seen & (before | (day == progression_day[:, np.newaxis]))
    lowest = np.where(counted, change, np.inf).min(axis=1, initial=np.inf)
    return Assessment(
        change_pct=100 * change,
        nadir_change_pct=100 * growth,
        response=response,
        best=best,
        best_change_pct=np.where(np.isfinite(lowest), 100 * lowest, np.nan),
        response_day=_first(confirmed, day),
        progression_day=progression_day,
        progression_by=progression_by,
        last_scan_day=_last(seen, day),
    )


def progression_free(
    assessment: Assessment, death_day: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Progression-free time and whether it ended in progression or death.

    A patient without either is censored at the last scan, or at day 0 if there was none.

    Parameters
    ----------
    assessment : Assessment
        Result of `assess`.
    death_day : array, shape (n,)
        Day of death, NaN or infinite if alive at the end of follow-up.

    Returns
    -------
    time : array, shape (n,)
        Progression-free time [day].
    event : array of bool, shape (n,)
        True for progression or death, False for a censored time.
    """
    death = np.asarray(death_day, dtype=np.float64)
    ended = np.fmin(assessment.progression_day, death)
    event = np.isfinite(ended)
    last = np.nan_to_num(assessment.last_scan_day, nan=0.0)
    return np.where(event, ended, last), event


def _checked(
    times: ArrayLike, sld: ArrayLike, baseline: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Day (n, scans), sum of diameters (n, scans) and baseline (n, 1), shapes and signs checked."""
    size = np.asarray(sld, dtype=np.float64)
    start = np.asarray(baseline, dtype=np.float64)
    day = np.asarray(times, dtype=np.float64)
    if size.ndim != 2 or start.shape != size.shape[:1]:
        raise InputError(
            "RECIST", "sld", size.shape, f"must be (patients, scans) = ({start.size}, any)"
        )
    if day.shape not in (size.shape, size.shape[1:]):
        raise InputError("RECIST", "times", day.shape, f"must be {size.shape[1:]} or {size.shape}")
    if not (np.diff(day, axis=-1) > 0).all() or not np.isfinite(day).all():
        raise InputError("RECIST", "times", "not rising", "must be finite and rise along the scans")
    if (size < 0).any() or np.isinf(size).any():
        wrong = size[(size < 0) | np.isinf(size)][0]
        raise InputError("RECIST", "sld", float(wrong), "must be 0 or more mm, or NaN")
    if (start < 0).any() or np.isinf(start).any():
        wrong = start[(start < 0) | np.isinf(start)][0]
        raise InputError("RECIST", "baseline", float(wrong), "must be 0 or more mm, or NaN")
    # Without a baseline nothing can be compared: such a patient counts as never scanned.
    start = np.where(start > 0, start, np.nan)
    size = np.where(np.isnan(start)[:, np.newaxis], np.nan, size)
    return np.broadcast_to(day, size.shape), size, start[:, np.newaxis]


def _new(new_lesion: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """New lesions seen, shape checked; none if not given."""
    if new_lesion is None:
        return np.zeros(shape, dtype=bool)
    added = np.asarray(new_lesion)
    if added.shape != shape:
        raise InputError("RECIST", "new_lesion", added.shape, f"must be {shape}, as sld")
    return added.astype(bool)


def _confirmed(
    first: NDArray[np.bool_], later: NDArray[np.bool_], day: NDArray[np.float64], gap: float
) -> NDArray[np.bool_]:
    """Which scans of `first` have a scan of `later` at least `gap` days after them."""
    return first & (_last(later, day, missing=-np.inf)[:, np.newaxis] - day >= gap)


def _first(where: NDArray[np.bool_], day: NDArray[np.float64]) -> NDArray[np.float64]:
    earliest = np.where(where, day, np.inf).min(axis=1, initial=np.inf)
    return np.where(np.isinf(earliest), np.nan, earliest)


def _last(
    where: NDArray[np.bool_], day: NDArray[np.float64], missing: float = np.nan
) -> NDArray[np.float64]:
    latest = np.where(where, day, -np.inf).max(axis=1, initial=-np.inf)
    return np.where(np.isinf(latest), missing, latest)
