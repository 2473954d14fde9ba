"""What stands on the chart: the last reading of each sign, with its error, once it is reported.

The error of a reading is keyed by seed, sign, patient, and the hour in hospital or the number of
the visit from home. It is therefore the same in whatever chunk a patient is treated, and in two
arms that read the patient at the same hour.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from aldesim.care.measurement import Reading, Round, Schedule
from aldesim.population.random import normal
from aldesim.timeunits import HOURS_PER_DAY, MINUTES_PER_DAY, MINUTES_PER_HOUR

URINE = "urine_total"  # a total: each collection adds to it, with an error of its own
VISITS = 128  # drawn at first; more are drawn when they are needed
FEW = 4  # patients
PRESSOR_RUNS = 0.01  # ug/kg/min


@dataclass(frozen=True)
class _Report:
    """Readings under way from the bedside or the laboratory to the chart."""

    due: int  # minutes
    taken: float  # day
    rows: np.ndarray
    values: dict[str, np.ndarray]


class Readings:
    """Last available readings of a chunk of patients.

    Parameters
    ----------
    schedule : Schedule
        Who is read when, and how exactly.
    seed : int
        Seed of the run.
    patients : ndarray of int, shape (n,)
        Patient indices.
    seen : dict of str to ndarray, shape (n,)
        True values before the first dose; everybody is read then.

    Attributes
    ----------
    charted, previous : dict of str to ndarray, shape (n,)
        Last value on the chart of each sign, and the one before it.
    urine_rate : ndarray, shape (n,)
        Urine of the last collection, L/h; NaN before one.
    collected : bool
        Whether every patient's urine has just been collected by schedule.
    """

    def __init__(
        self,
        schedule: Schedule,
        seed: int,
        patients: np.ndarray,
        seen: dict[str, np.ndarray],
    ):
        self._schedule, self._seed, self._patients = schedule, seed, patients
        size = len(patients)
        self._errors: dict[str, tuple[int, np.ndarray]] = {}
        self._home_errors: dict[str, np.ndarray] = {}
        self._pending: list[_Report] = []
        self._forgotten: dict[str, np.ndarray] = {}  # for whom, since the last report
        self._taken = {group.id: np.full(size, -np.inf) for group in schedule.rounds}
        self._visited = {group.id: np.zeros(size, dtype=np.int64) for group in schedule.rounds}
        self._reported = {group.id: np.zeros(size) for group in schedule.rounds}
        self._truly_collected = np.zeros(size)
        self.charted = {sign: np.full(size, np.nan) for sign in schedule.signs}
        self.previous = {sign: np.full(size, np.nan) for sign in schedule.signs}
        self.urine_rate = np.full(size, np.nan)
        self.collected = True
        for group in schedule.rounds:
            self._read(group, 0, seen, np.ones(size, dtype=bool), at_once=True, afresh=True)

    def ages(self, day: float) -> dict[str, np.ndarray]:
        """Hours since what stands on the chart was read, by round, shape (n,)."""
        return {name: HOURS_PER_DAY * (day - taken) for name, taken in self._reported.items()}

    def look(
        self,
        day: float,
        seen: dict[str, np.ndarray],
        inpatient: np.ndarray,
        arriving: np.ndarray,
    ) -> dict[str, np.ndarray]:
        """Make the rounds that are due; what is seen, charted values in place of true ones.

        Parameters
        ----------
        day : float
            Days from the first dose.
        seen : dict of str to ndarray, shape (n,)
            True values.
        inpatient, arriving : ndarray of bool, shape (n,)
            In hospital now; those among them who have just come in.
        """
        minutes = round(day * MINUTES_PER_DAY)
        self._report(minutes)
        hour = self._clock_hour(minutes)
        watched = self._watched(seen)
        outside = ~inpatient
        someone_out, someone_new = bool(outside.any()), bool(arriving.any())
        for group in self._schedule.rounds:
            if someone_new:
                new = arriving & ((self._taken[group.id] < day) | (group.home_days is None))
                if new.any():
                    self._read(group, minutes, seen, new, at_once=True, afresh=True)
            due = self._due(group, hour, inpatient, watched.get(group.id))
            if due is not None and due.any():
                due &= day - self._taken[group.id] >= (group.every_days or 0)
                due &= self._taken[group.id] < day
                if due.any():
                    self._read(group, minutes, seen, due)
            if someone_out and group.home_days is None:
                if not np.array_equal(self._forgotten.get(group.id, inpatient), outside):
                    self._forget(group, outside)
                    self._forgotten[group.id] = outside
            elif someone_out and group.home_days and hour == self._schedule.first_dose_hour:
                visit = outside & (day - self._taken[group.id] >= group.home_days)
                if visit.any():
                    self._read(group, minutes, seen, visit, home=True)
        self.collected = any(
            hour in group.at_hours
            for group in self._schedule.rounds
            if any(reading.sign == URINE for reading in group.readings)
        )
        return seen | self.charted

    def _clock_hour(self, minutes: int) -> int | None:
        """Hour of the clock, None between hours."""
        if minutes % MINUTES_PER_HOUR:
            return None
        return (minutes // MINUTES_PER_HOUR + self._schedule.first_dose_hour) % HOURS_PER_DAY

    def _watched(self, seen: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Who is read hourly, by round."""
        found = {}
        for group in self._schedule.rounds:
            if group.tighter is not None:
                low = np.full(len(self._patients), False)
                if "SBP" in self.charted:
                    low = self.charted["SBP"] < group.tighter.SBP_below
                on = group.tighter.on_pressor & (seen["pressor_dose"] > PRESSOR_RUNS)
                found[group.id] = low | on
        return found

    def _due(
        self,
        group: Round,
        hour: int | None,
        inpatient: np.ndarray,
        watched: np.ndarray | None,
    ) -> np.ndarray | None:
        """Who is to be read now in hospital; None if nobody is."""
        if hour in group.at_hours:
            return inpatient.copy()
        if hour is None or watched is None:
            return None
        return inpatient & watched

    def _read(
        self,
        group: Round,
        minutes: int,
        seen: dict[str, np.ndarray],
        rows: np.ndarray,
        *,
        at_once: bool = False,
        afresh: bool = False,
        home: bool = False,
    ) -> None:
        """Read the signs of one round in some patients; `at_once` if the result is waited for."""
        day = minutes / MINUTES_PER_DAY
        clock = minutes // MINUTES_PER_HOUR + self._schedule.first_dose_hour
        values, errors = {}, {}
        for reading in group.readings:
            shared = errors.get(reading.error_of)
            error = shared
            if error is None:
                error = self._error(group, reading.sign, clock, home)
            errors[reading.sign] = error
            true = seen[reading.sign]
            if reading.sign == URINE:
                values[URINE] = self._collect(group, reading, day, true, error, rows, afresh)[rows]
            else:
                values[reading.sign] = _shown(reading, true[rows], error[rows])
        self._taken[group.id][rows] = day
        self._visited[group.id][rows] += home
        due = minutes + (0 if at_once else group.turnaround_minutes)
        self._pending.append(_Report(due, day, np.flatnonzero(rows), values))
        self._report(minutes)

    def _collect(
        self,
        group: Round,
        reading: Reading,
        day: float,
        total: np.ndarray,
        error: np.ndarray,
        rows: np.ndarray,
        afresh: bool,
    ) -> np.ndarray:
        """Charted total after a collection, L; on arrival it only begins."""
        if afresh:
            self._truly_collected[rows] = total[rows]
            self.urine_rate[rows] = np.nan
            return total
        volume = _shown(reading, total - self._truly_collected, error)
        hours = HOURS_PER_DAY * (day - self._taken[group.id])
        self.urine_rate[rows] = volume[rows] / hours[rows]
        self._truly_collected[rows] = total[rows]
        return self.charted[URINE] + volume

    def _forget(self, group: Round, rows: np.ndarray) -> None:
        """Outside hospital nobody reads these signs."""
        for reading in group.readings:
            self.charted[reading.sign] = np.where(rows, np.nan, self.charted[reading.sign])
            if reading.sign == URINE:
                self.urine_rate[rows] = np.nan

    def _report(self, minutes: int) -> None:
        """Put on the chart what has been reported by now."""
        if not self._pending:
            return
        arrived = [report for report in self._pending if report.due <= minutes]
        if not arrived:
            return
        self._pending = [report for report in self._pending if report.due > minutes]
        self._forgotten.clear()
        for report in arrived:
            for sign, values in report.values.items():
                # A new array: what was handed out before is not to change afterwards.
                self.previous[sign] = _replaced(
                    self.previous[sign], report.rows, self.charted[sign][report.rows]
                )
                self.charted[sign] = _replaced(self.charted[sign], report.rows, values)
            for group in self._schedule.rounds:
                if group.readings[0].sign in report.values:
                    self._reported[group.id][report.rows] = report.taken

    def _error(self, group: Round, sign: str, clock: int, home: bool) -> np.ndarray:
        """Errors of this reading, in SDs.

        In hospital by the hour, counted from midnight before the first dose; at home by the number
        of the visit.
        """
        if home:
            visit = self._visited[group.id]
            drawn = self._home_errors.get(sign)
            if drawn is None or drawn.shape[1] <= visit.max():
                draws = VISITS if drawn is None else 2 * drawn.shape[1]
                purpose = f"measurement of {sign} at home"
                drawn = _drawn(self._seed, purpose, self._patients, draws)
                self._home_errors[sign] = drawn
            return drawn[np.arange(len(visit)), visit]
        day, hour = divmod(clock, HOURS_PER_DAY)
        known = self._errors.get(sign)
        if known is None or known[0] != day:
            purpose = f"measurement of {sign} on day {day}"
            known = (day, _drawn(self._seed, purpose, self._patients, group.draws_per_day))
            self._errors[sign] = known
        return known[1][:, group.draw(hour)]


def _drawn(seed: int, purpose: str, patients: np.ndarray, draws: int) -> np.ndarray:
    """Errors in SDs, shape (n, draws); those of few patients are remembered.

    At the bedside one patient is treated again and again, with the same errors each time.
    """
    if len(patients) > FEW:
        return normal(seed, purpose, patients, draws)
    return _drawn_before(seed, purpose, tuple(patients.tolist()), draws)


@lru_cache(maxsize=4096)
def _drawn_before(seed: int, purpose: str, patients: tuple[int, ...], draws: int) -> np.ndarray:
    found = normal(seed, purpose, np.array(patients), draws)
    found.flags.writeable = False
    return found


def _replaced(values: np.ndarray, rows: np.ndarray, new: np.ndarray) -> np.ndarray:
    fresh = values.copy()
    fresh[rows] = new
    return fresh


def _shown(reading: Reading, true: np.ndarray, error: np.ndarray) -> np.ndarray:
    """What the reading shows: error added, never below zero, rounded as charted."""
    spread = reading.cv * true if reading.cv else reading.sd
    value = np.maximum(true + spread * error, 0.0)
    if reading.at_most is not None:
        value = np.minimum(value, reading.at_most)
    return np.round(value, reading.digits)
