"""Who is in hospital, who still gets doses, and when the last one was."""

import numpy as np

PRESSOR_OFF = 0.01  # ug/kg/min
SYSTOLIC_TO_LEAVE = 90.0  # mmHg
DAYS_TO_LEAVE = 1.0  # after the last dose


class Stay:
    """Hospital stays and treatment status of a chunk of patients.

    Parameters
    ----------
    size : int
        Number of patients.

    Attributes
    ----------
    inpatient, on_treatment : ndarray of bool, shape (n,)
        In hospital now; doses of this cycle still fall due.
    last_dose : ndarray, shape (n,)
        Day of the last dose given; minus infinity before the first.
    hospital_hours : ndarray, shape (n,)
        Hours spent in hospital so far.
    in_course : ndarray of bool, shape (n,)
        May have the doses of this course.
    off_treatment, off_reason : ndarray of str, shape (n,)
        "stop_cycle_N", "stop_for_good", or "progression" of doses at home, and why; empty while
        nothing has been stopped.
    """

    def __init__(self, size: int):
        self.inpatient = np.zeros(size, dtype=bool)
        self.on_treatment = np.zeros(size, dtype=bool)
        self.in_course = np.ones(size, dtype=bool)
        self.last_dose = np.full(size, -np.inf)
        self.hospital_hours = np.zeros(size)
        self.off_treatment = np.full(size, "", dtype=object)
        self.off_reason = np.full(size, "", dtype=object)
        self._stopped_for_good = np.zeros(size, dtype=bool)
        self._cycle_over = np.zeros(size, dtype=bool)

    def begin_course(self, shrinking: np.ndarray) -> None:
        """A further course, for those who had the one before and whose tumour has shrunk."""
        self.in_course &= shrinking & ~self._stopped_for_good

    def begin_continuation(self, chosen: np.ndarray) -> None:
        """Doses at home after the courses, for those chosen and not stopped for good."""
        self.in_course = chosen & ~self._stopped_for_good

    def end_continuation(self, progressed: np.ndarray) -> None:
        """No more doses at home for those whose tumour has progressed."""
        for row in np.flatnonzero(progressed & self.in_course).tolist():
            self.off_treatment[row] = "progression"
            self.off_reason[row] = "progression at a scan"
        self.in_course &= ~progressed
        self.on_treatment &= ~progressed

    def begin_cycle(self, alive: np.ndarray, hospital: bool) -> None:
        """Whoever is alive, in this course and not off treatment for good comes in for a cycle."""
        self.on_treatment = alive & self.in_course & ~self._stopped_for_good
        self._cycle_over = ~self.on_treatment
        if hospital:
            self.inpatient = self.on_treatment.copy()

    def end_cycle(self) -> None:
        """The cycle's last planned dose has passed."""
        self._cycle_over[:] = True

    def stop(
        self, cycle: int, this_cycle: np.ndarray, for_good: np.ndarray, reasons: dict[int, str]
    ) -> None:
        """No more doses in this cycle, or never again; the reasons are kept by row."""
        for rows, label in ((this_cycle, f"stop_cycle_{cycle}"), (for_good, "stop_for_good")):
            for row in np.flatnonzero(rows).tolist():
                self.off_treatment[row] = label
                self.off_reason[row] = reasons[row]
        self._stopped_for_good |= for_good
        self.on_treatment &= ~(this_cycle | for_good)
        self._cycle_over |= this_cycle | for_good

    def discharge(
        self, day: float, signs: dict[str, np.ndarray], alive: np.ndarray, everyone: bool
    ) -> None:
        """Hourly: leave a day after the cycle's last dose, once the pressure holds by itself."""
        self.hospital_hours += self.inpatient
        stable = (signs["pressor_dose"] < PRESSOR_OFF) & (signs["SBP"] >= SYSTOLIC_TO_LEAVE)
        rested = day - self.last_dose >= DAYS_TO_LEAVE
        self.inpatient &= alive & ~(self._cycle_over & rested & stable)
        if everyone:
            self.inpatient[:] = False
