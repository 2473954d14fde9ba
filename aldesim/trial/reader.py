"""What a round of readings shows of the truth: error, limits of the method, decimals charted.

The error of a reading is keyed by seed, sign, patient, and the hour in hospital or the number of
the visit from home. It is therefore the same in whatever chunk a patient is treated, and in two
arms that read the patient at the same hour.
"""

from functools import lru_cache

import numpy as np

from aldesim.care.measurement import Round
from aldesim.population.random import normal
from aldesim.timeunits import HOURS_PER_DAY

VISITS = 128  # drawn at first; more are drawn when they are needed
FEW = 4  # patients
URINE = "urine_total"  # a total: each collection adds to it, with an error of its own


class Reader:
    """Reads the signs of one round, all of them at once.

    Parameters
    ----------
    group : Round
        The round.
    seed : int
        Seed of the run.
    patients : ndarray of int, shape (n,)
        Patient indices.

    Attributes
    ----------
    signs : tuple of str
        What is read, s of them.
    urine : int or None
        Place of the urine among them.
    """

    def __init__(self, group: Round, seed: int, patients: np.ndarray):
        readings = group.readings
        self.signs = tuple(reading.sign for reading in readings)
        self.urine = self.signs.index(URINE) if URINE in self.signs else None
        self._group, self._seed, self._patients = group, seed, patients
        self._error_of = tuple(reading.error_of or reading.sign for reading in readings)
        self._cv, self._sd, self._most, digits = (
            np.array(column, dtype=float)[:, np.newaxis]
            for column in (
                [reading.cv for reading in readings],
                [reading.sd for reading in readings],
                [np.inf if reading.at_most is None else reading.at_most for reading in readings],
                [reading.digits for reading in readings],
            )
        )
        # Two powers of ten, because a negative one is not exact.
        self._tenths = 10.0 ** np.maximum(digits, 0)
        self._tens = 10.0 ** np.maximum(-digits, 0) if (digits < 0).any() else None
        self._limited = bool(np.isfinite(self._most).any())
        self._day: int | None = None
        self._errors = np.empty((0, 0, 0))
        self._home_errors = np.empty((0, 0, 0))

    def errors(self, clock: int) -> np.ndarray:
        """Errors in SDs of a reading in hospital, shape (s, n).

        Parameters
        ----------
        clock : int
            Hours from midnight before the first dose.
        """
        day, hour = divmod(clock, HOURS_PER_DAY)
        if day != self._day:
            self._day = day
            self._errors = self._drawn(f"on day {day}", self._group.draws_per_day)
        return self._errors[:, :, self._group.draw(hour)]

    def home_errors(self, visits: np.ndarray) -> np.ndarray:
        """Errors in SDs of a reading from home, shape (s, n).

        Parameters
        ----------
        visits : ndarray of int, shape (n,)
            Visits of each patient before this one.
        """
        drawn = self._home_errors.shape[2]
        if drawn <= visits.max():
            self._home_errors = self._drawn("at home", max(VISITS, 2 * drawn))
        return self._home_errors[:, np.arange(len(visits)), visits]

    def shown(self, true: np.ndarray, error: np.ndarray) -> np.ndarray:
        """What the readings show: error added, never below zero, rounded as charted.

        Parameters
        ----------
        true, error : ndarray, shape (s, m)
            True values, in the units of the signs, and errors in SDs.
        """
        values = true + (self._cv * true + self._sd) * error
        np.maximum(values, 0.0, out=values)
        if self._limited:
            np.minimum(values, self._most, out=values)
        values *= self._tenths
        if self._tens is not None:
            values /= self._tens
        np.rint(values, out=values)
        values /= self._tenths
        return values if self._tens is None else values * self._tens

    def _drawn(self, when: str, draws: int) -> np.ndarray:
        """Errors in SDs, shape (s, n, draws)."""
        purposes = tuple(f"measurement of {sign} {when}" for sign in self._error_of)
        if len(self._patients) > FEW:
            return _draw(self._seed, purposes, self._patients, draws)
        return _draw_again(self._seed, purposes, tuple(self._patients.tolist()), draws)


def _draw(seed: int, purposes: tuple[str, ...], patients: np.ndarray, draws: int) -> np.ndarray:
    by_purpose = {name: normal(seed, name, patients, draws) for name in dict.fromkeys(purposes)}
    return np.array([by_purpose[name] for name in purposes])


@lru_cache(maxsize=1024)
def _draw_again(
    seed: int, purposes: tuple[str, ...], patients: tuple[int, ...], draws: int
) -> np.ndarray:
    """As `_draw`, remembered: at the bedside one patient is treated again and again."""
    found = _draw(seed, purposes, np.array(patients), draws)
    found.flags.writeable = False
    return found
