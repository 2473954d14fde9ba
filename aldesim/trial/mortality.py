"""Deaths: two cumulative hazards of the model, each against the patient's own threshold."""

import numpy as np

from aldesim.population.random import uniform

DEATH_HAZARDS = {"disease": "disease_death_hazard", "treatment": "treatment_death_hazard"}


class Mortality:
    """Who is alive, who died when and of what.

    Parameters
    ----------
    seed : int
        Seed of the run.
    patients : ndarray of int, shape (n,)
        Patient indices.
    """

    def __init__(self, seed: int, patients: np.ndarray):
        size = len(patients)
        self._thresholds = {
            cause: -np.log(uniform(seed, f"threshold of {hazard}", patients, 1)[:, 0])
            for cause, hazard in DEATH_HAZARDS.items()
        }
        self._before = {cause: np.zeros(size) for cause in DEATH_HAZARDS}
        self._day_before = 0.0
        self.day = np.full(size, np.nan)
        self.cause = np.full(size, "", dtype=object)

    @property
    def alive(self) -> np.ndarray:
        """Boolean, shape (n,)."""
        return np.isnan(self.day)

    def look(self, day: float, seen: dict[str, np.ndarray]) -> None:
        """Note deaths since the last look.

        Between two looks the cumulative hazard is taken as linear, which gives the day of death
        even where looks are a week apart. The earlier of two causes counts.
        """
        alive = self.alive
        when = np.full(len(self.day), np.inf)
        for cause, hazard in DEATH_HAZARDS.items():
            before, now, threshold = self._before[cause], seen[hazard], self._thresholds[cause]
            dies = alive & (now >= threshold)
            if not dies.any():
                self._before[cause] = now
                continue
            rise = np.where(now > before, now - before, 1.0)
            share = np.clip((threshold - before) / rise, 0.0, 1.0)
            at = np.where(dies, self._day_before + share * (day - self._day_before), np.inf)
            first = at < when
            when = np.where(first, at, when)
            self.cause[dies & first] = cause
            self._before[cause] = now
        died = np.isfinite(when)
        self.day[died] = when[died]
        self._day_before = day
