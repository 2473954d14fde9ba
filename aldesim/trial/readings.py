"""What stands on the chart: the last reading of each sign, with its error, once it is reported."""

from dataclasses import dataclass

import numpy as np

from aldesim.care.measurement import Round, Schedule
from aldesim.timeunits import HOURS_PER_DAY, MINUTES_PER_DAY, MINUTES_PER_HOUR
from aldesim.trial.reader import URINE, Reader

PRESSOR_RUNS = 0.01  # ug/kg/min

Rows = np.ndarray | slice
"""Some patients, or with an empty slice all of them."""


@dataclass(frozen=True)
class _Report:
    """Readings of a round under way from the bedside or the laboratory to the chart."""

    due: int  # minutes
    taken: float  # day
    group: Round
    rows: Rows
    values: np.ndarray  # shape (signs of the round, rows)


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
        Last value on the chart of each sign, and the one before it. An array is never changed in
        place: the same one is the same chart.
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
        self._schedule, self._size = schedule, len(patients)
        self._readers = {group.id: Reader(group, seed, patients) for group in schedule.rounds}
        self._pending: list[_Report] = []
        self._forgotten: dict[str, np.ndarray] = {}  # for whom, since the last report
        self._taken = {group.id: np.full(self._size, -np.inf) for group in schedule.rounds}
        self._visited = {group.id: np.zeros(self._size, np.int64) for group in schedule.rounds}
        self._reported = {group.id: np.zeros(self._size) for group in schedule.rounds}
        self._collection_hours = {
            hour
            for group in schedule.rounds
            if self._readers[group.id].urine is not None
            for hour in group.at_hours
        }
        self._truly_collected = np.zeros(self._size)
        self.charted = {sign: np.full(self._size, np.nan) for sign in schedule.signs}
        self.previous = dict(self.charted)
        self.urine_rate = np.full(self._size, np.nan)
        self.collected = True
        for group in schedule.rounds:
            self._read(group, 0, seen, np.ones(self._size, dtype=bool), at_once=True, afresh=True)

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
        due = self._due(seen, hour, inpatient)
        if arriving.any():
            for group in self._schedule.rounds:
                new = arriving & ((self._taken[group.id] < day) | (group.home_days is None))
                self._read(group, minutes, seen, new, at_once=True, afresh=True)
        for group, who in due:
            taken = self._taken[group.id]
            who = who & (taken < day)
            if group.every_days:
                who &= day - taken >= group.every_days
            self._read(group, minutes, seen, who)
        outside = ~inpatient
        if outside.any():
            self._outside(day, minutes, hour, seen, outside)
        self.collected = hour in self._collection_hours
        return seen | self.charted

    def _clock_hour(self, minutes: int) -> int | None:
        """Hour of the clock, None between hours."""
        if minutes % MINUTES_PER_HOUR:
            return None
        return (minutes // MINUTES_PER_HOUR + self._schedule.first_dose_hour) % HOURS_PER_DAY

    def _due(
        self, seen: dict[str, np.ndarray], hour: int | None, inpatient: np.ndarray
    ) -> list[tuple[Round, np.ndarray]]:
        """Rounds of this hour in hospital, and for whom."""
        if hour is None:
            return []
        due = []
        for group in self._schedule.rounds:
            if hour in group.at_hours:
                due.append((group, inpatient))
            elif group.tighter is not None:
                on = group.tighter.on_pressor & (seen["pressor_dose"] > PRESSOR_RUNS)
                if "SBP" in self.charted:
                    on |= self.charted["SBP"] < group.tighter.SBP_below
                due.append((group, inpatient & on))
        return due

    def _outside(
        self,
        day: float,
        minutes: int,
        hour: int | None,
        seen: dict[str, np.ndarray],
        outside: np.ndarray,
    ) -> None:
        """Visits of those outside hospital; what is not read there is forgotten."""
        for group in self._schedule.rounds:
            if group.home_days is None:
                if not np.array_equal(self._forgotten.get(group.id, ~outside), outside):
                    self._forget(group, outside)
                    self._forgotten[group.id] = outside
            elif hour == self._schedule.first_dose_hour:
                visit = outside & (day - self._taken[group.id] >= group.home_days)
                self._read(group, minutes, seen, visit, home=True)

    def _read(
        self,
        group: Round,
        minutes: int,
        seen: dict[str, np.ndarray],
        who: np.ndarray,
        *,
        at_once: bool = False,
        afresh: bool = False,
        home: bool = False,
    ) -> None:
        """Read the signs of one round in some patients; `at_once` if the result is waited for."""
        count = np.count_nonzero(who)
        if not count:
            return
        rows = slice(None) if count == self._size else np.flatnonzero(who)
        day, reader = minutes / MINUTES_PER_DAY, self._readers[group.id]
        if home:
            error = reader.home_errors(self._visited[group.id])
            self._visited[group.id][rows] += 1
        else:
            error = reader.errors(minutes // MINUTES_PER_HOUR + self._schedule.first_dose_hour)
        true = np.array([seen[sign] for sign in reader.signs])
        if reader.urine is not None:
            true[reader.urine] -= self._truly_collected
        values = reader.shown(true[:, rows], error[:, rows])
        if reader.urine is not None:
            volume = values[reader.urine]
            values[reader.urine] = self._collect(group, day, seen[URINE], volume, rows, afresh)
        self._taken[group.id][rows] = day
        report = _Report(minutes + group.turnaround_minutes, day, group, rows, values)
        if at_once or report.due <= minutes:
            self._chart(report)
        else:
            self._pending.append(report)

    def _collect(
        self,
        group: Round,
        day: float,
        total: np.ndarray,
        volume: np.ndarray,
        rows: Rows,
        afresh: bool,
    ) -> np.ndarray:
        """Charted total of some patients after a collection, L; on arrival it only begins."""
        self._truly_collected[rows] = total[rows]
        if afresh:
            self.urine_rate[rows] = np.nan
            return total[rows]
        self.urine_rate[rows] = volume / (HOURS_PER_DAY * (day - self._taken[group.id][rows]))
        return self.charted[URINE][rows] + volume

    def _forget(self, group: Round, rows: np.ndarray) -> None:
        """Outside hospital nobody reads these signs."""
        for sign in self._readers[group.id].signs:
            self.charted[sign] = np.where(rows, np.nan, self.charted[sign])
            if sign == URINE:
                self.urine_rate[rows] = np.nan

    def _report(self, minutes: int) -> None:
        """Put on the chart what has been reported by now."""
        if not self._pending:
            return
        arrived = [report for report in self._pending if report.due <= minutes]
        self._pending = [report for report in self._pending if report.due > minutes]
        for report in arrived:
            self._chart(report)

    def _chart(self, report: _Report) -> None:
        """Put a report on the chart."""
        self._forgotten.clear()
        rows, group = report.rows, report.group.id
        self._reported[group][rows] = report.taken
        for sign, values in zip(self._readers[group].signs, report.values, strict=True):
            before = self.charted[sign]
            if isinstance(rows, slice):
                self.previous[sign], self.charted[sign] = before, values
                continue
            now, earlier = before.copy(), self.previous[sign].copy()
            earlier[rows] = before[rows]
            now[rows] = values
            self.charted[sign], self.previous[sign] = now, earlier
