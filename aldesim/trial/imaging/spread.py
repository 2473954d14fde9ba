"""New lesions: colonies seeded before and during treatment, which grow until a scan shows them.

The model's `metastasis_hazard` is the number of colonies expected since the first dose. Each
patient has thresholds that it crosses one by one. The tumour has seeded before, too: as it grew at
its present rate g from nothing, and sheds as volume to the power a, colonies not yet visible number
h/(a g) (1 - exp(-a u)), with h the seeding at baseline and u the growth, in ln volume, that
takes a colony to be seen; they are met oldest first. Afterwards a colony shrinks and grows as the
clone that founded it.
"""

from collections.abc import Mapping

import numpy as np

from aldesim.population.random import uniform
from aldesim.trial.imaging.lesions import diameter_mm, sphere_volume
from aldesim.trial.imaging.settings import Imaging

CLONES = ("ln_tumour_sensitive", "ln_tumour_resistant")
OBSERVED = (*CLONES, "metastasis_hazard", "seeding", "tumour_growth")
MOST = 16
"""New lesions that are followed in one patient."""


class Spread:
    """New lesions of a chunk of patients.

    Parameters
    ----------
    imaging : Imaging
        Sizes at which a colony is counted and at which it is seen.
    seed : int
        Seed of the run.
    patients : ndarray of int, shape (n,)
        Patient indices.
    seen : dict of str to ndarray, shape (n,)
        `OBSERVED` at baseline.
    exponent : float
        Power of the volume with which a tumour sheds.
    extinct_volume : float
        Volume [mL] below which a colony has died out.
    """

    def __init__(
        self,
        imaging: Imaging,
        seed: int,
        patients: np.ndarray,
        seen: Mapping[str, np.ndarray],
        exponent: float,
        extinct_volume: float,
    ):
        self._smallest = imaging.new_lesion_mm.value
        self._colony = float(sphere_volume(imaging.colony_mm.value))
        self._ln_extinct = np.log(extinct_volume / self._colony)
        arrivals = np.cumsum(-np.log(uniform(seed, "new lesions", patients, MOST)), axis=1)
        founder = uniform(seed, "clones of new lesions", patients, MOST)
        sensitive, resistant = (np.exp(seen[clone]) for clone in CLONES)
        self._from_resistant = founder < (resistant / (sensitive + resistant))[:, np.newaxis]

        with np.errstate(divide="ignore", invalid="ignore"):
            growth = (exponent * seen["tumour_growth"] / seen["seeding"])[:, np.newaxis]
            oldest = np.exp(-3 * exponent * np.log(self._smallest / imaging.colony_mm.value))
            hidden = (1 - oldest) / growth
            age = -np.log(oldest + arrivals * growth) / exponent
        there = arrivals < hidden
        # Size relative to the founding clone, as a logarithm; minus infinity if there is none.
        self._relative = np.where(there, age - self._clone(seen), -np.inf)
        self._thresholds = np.where(there, np.nan, arrivals - hidden)
        self._before = {name: seen[name] for name in OBSERVED}

    def look(self, seen: Mapping[str, np.ndarray]) -> None:
        """Found colonies since the last look; note those that have died out."""
        start, now = self._before["metastasis_hazard"], seen["metastasis_hazard"]
        born = self._thresholds <= now[:, np.newaxis]
        if born.any():
            rise = np.where(now > start, now - start, 1.0)[:, np.newaxis]
            share = np.clip((self._thresholds - start[:, np.newaxis]) / rise, 0.0, 1.0)
            before = self._clone(self._before)
            founded = -(before + share * (self._clone(seen) - before))
            self._relative = np.where(born, founded, self._relative)
            self._thresholds = np.where(born, np.nan, self._thresholds)
        ln_size = self._relative + self._clone(seen)
        self._relative = np.where(ln_size < self._ln_extinct, -np.inf, self._relative)
        self._before = {name: seen[name] for name in OBSERVED}

    def visible(self, seen: Mapping[str, np.ndarray]) -> np.ndarray:
        """New lesions that a scan shows now; int, shape (n,)."""
        return (diameter_mm(self._volume(seen)) >= self._smallest).sum(axis=1)

    def _volume(self, seen: Mapping[str, np.ndarray]) -> np.ndarray:
        return self._colony * np.exp(self._relative + self._clone(seen))

    def _clone(self, seen: Mapping[str, np.ndarray]) -> np.ndarray:
        sensitive, resistant = (seen[clone][:, np.newaxis] for clone in CLONES)
        return np.where(self._from_resistant, resistant, sensitive)
