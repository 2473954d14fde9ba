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
        self._thresholds = np.array(
            [
                -np.log(uniform(seed, f"threshold of {hazard}", patients, 1)[:, 0])
                for hazard in DEATH_HAZARDS.values()
            ]
        )
        self._before = np.zeros((len(DEATH_HAZARDS), size))
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
        now = np.array([seen[hazard] for hazard in DEATH_HAZARDS.values()])
        dies = (now >= self._thresholds) & self.alive
        if dies.any():
            self._note(day, now, dies)
        self._before, self._day_before = now, day

    def _note(self, day: float, now: np.ndarray, dies: np.ndarray) -> None:
        """Date the deaths; `now` and `dies` have shape (causes, n)."""
        before = self._before
        rise = np.where(now > before, now - before, 1.0)
        share = np.clip((self._thresholds - before) / rise, 0.0, 1.0)
        at = np.where(dies, self._day_before + share * (day - self._day_before), np.inf)
        died, first = dies.any(axis=0), at.argmin(axis=0)
        self.day[died] = at.min(axis=0)[died]
        self.cause[died] = np.array(list(DEATH_HAZARDS), dtype=object)[first[died]]
