"""Scans of a chunk of patients: each target read to the millimetre, new lesions counted."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aldesim.population.random import normal
from aldesim.trial.imaging.lesions import MOST, Lesions
from aldesim.trial.imaging.settings import Imaging
from aldesim.trial.imaging.spread import CLONES, OBSERVED, Spread


@dataclass(frozen=True)
class Scan:
    """One scan of each patient.

    Parameters
    ----------
    day : float
        Days from the first dose.
    targets : ndarray, shape (n, 5)
        Diameter read of each target, whole mm, 0 for one that is gone; NaN where there is none and
        in patients not scanned.
    new_lesions : ndarray of int, shape (n,)
        Lesions that were not there at baseline; 0 in patients not scanned.
    """

    day: float
    targets: np.ndarray
    new_lesions: np.ndarray

    @property
    def sld(self) -> np.ndarray:
        """Sum of the diameters read [mm], shape (n,); NaN in patients not scanned."""
        scanned = np.isfinite(self.targets).any(axis=1)
        return np.where(scanned, np.nansum(self.targets, axis=1), np.nan)


class Scanner:
    """Scans the patients of a chunk.

    Parameters
    ----------
    imaging : Imaging
        What scans show.
    lesions : Lesions
        Targets at baseline.
    spread : Spread
        New lesions.
    seed : int
        Seed of the run.
    patients : ndarray of int, shape (n,)
        Patient indices.
    seen : dict of str to ndarray, shape (n,)
        `OBSERVED` at baseline.
    """

    observed = OBSERVED

    def __init__(
        self,
        imaging: Imaging,
        lesions: Lesions,
        spread: Spread,
        seed: int,
        patients: np.ndarray,
        seen: Mapping[str, np.ndarray],
    ):
        self._imaging, self._lesions, self._spread = imaging, lesions, spread
        self._seed, self._patients = seed, patients
        self._start = {clone: seen[clone] for clone in CLONES}
        self.scans: list[Scan] = []

    def look(self, seen: Mapping[str, np.ndarray]) -> None:
        """Follow the new lesions; to be called often enough, at least once a week."""
        self._spread.look(seen)

    def scan(
        self, day: float, number: int, seen: Mapping[str, np.ndarray], who: np.ndarray
    ) -> Scan:
        """Scan some patients.

        Parameters
        ----------
        day : float
            Days from the first dose.
        number : int
            Of the scan, 0 for the baseline.
        seen : dict of str to ndarray, shape (n,)
            `OBSERVED` now.
        who : ndarray of bool, shape (n,)
            Patients to scan.
        """
        left = [np.exp(seen[clone] - self._start[clone]) for clone in CLONES]
        true = self._lesions.now(*left)
        error = normal(self._seed, f"reading of scan {number}", self._patients, MOST)
        read = np.round(true * np.exp(self._imaging.reading_cv.value * error))
        read = np.maximum(read, self._imaging.smallest_reading_mm.value)
        read = np.where(true >= self._imaging.visible_mm.value, read, 0.0)
        known = (self._lesions.volume > 0) & who[:, np.newaxis]
        done = Scan(
            day=day,
            targets=np.where(known, read, np.nan),
            new_lesions=np.where(who, self._spread.visible(seen), 0),
        )
        self.scans.append(done)
        return done
