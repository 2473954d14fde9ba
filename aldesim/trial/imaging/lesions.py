"""The target lesions of a patient: uneven in size, and in how much of them is resistant.

The model knows the burden of a patient, as sensitive and resistant cells. Here the two are shared
out over lesions, in shares that stay: each clone grows and dies at one rate wherever it sits, yet a
lesion that holds more of the resistant one shrinks less and returns first.
"""

from dataclasses import dataclass

import numpy as np

from aldesim.population.random import normal
from aldesim.trial.imaging.settings import Imaging

MOST = 5
"""Target lesions at most (RECIST 1.1)."""
ML_PER_MM3 = 1e-3
_HALVINGS = 60
_TINY = 1e-12


def sphere_volume(diameter_mm: np.ndarray | float) -> np.ndarray | float:
    """Volume [mL] of a sphere of this diameter [mm]."""
    return np.pi / 6 * diameter_mm**3 * ML_PER_MM3


def diameter_mm(volume: np.ndarray) -> np.ndarray:
    """Diameter [mm] of a sphere of this volume [mL]."""
    return np.cbrt(6 / np.pi * volume / ML_PER_MM3)


@dataclass(frozen=True)
class Lesions:
    """Target lesions at baseline.

    Parameters
    ----------
    volume : ndarray, shape (n, 5)
        mL; 0 beyond the number of lesions that a patient has.
    resistant : ndarray, shape (n, 5)
        Share of each lesion that is resistant; their sum over volume is the patient's share.
    unevenness : ndarray, shape (n,)
        Volume of all, as a multiple of that of equal lesions with the same sum of diameters.
    """

    volume: np.ndarray
    resistant: np.ndarray
    unevenness: np.ndarray

    def now(self, sensitive: np.ndarray, resistant: np.ndarray) -> np.ndarray:
        """Diameters [mm], shape (n, 5), at these shares of the starting cells left, shape (n,)."""
        left = (1 - self.resistant) * sensitive[:, np.newaxis]
        left += self.resistant * resistant[:, np.newaxis]
        return diameter_mm(self.volume * left)


def draw_lesions(
    imaging: Imaging,
    seed: int,
    patients: np.ndarray,
    sld_mm: np.ndarray,
    number: np.ndarray,
    resistant_share: np.ndarray,
) -> Lesions:
    """Lesions of each patient whose diameters add up to the patient's sum.

    Parameters
    ----------
    imaging : Imaging
        How uneven lesions are, and the smallest target.
    seed : int
        Seed of the run.
    patients : ndarray of int, shape (n,)
        Patient indices.
    sld_mm, number, resistant_share : ndarray, shape (n,)
        Sum of diameters, number of lesions, resistant share of all tumour cells.
    """
    count = np.clip(np.rint(number), 1, MOST)[:, np.newaxis]
    present = np.arange(MOST) < count
    spread = imaging.size_sd.value
    weight = np.exp(spread * normal(seed, "sizes of lesions", patients, MOST)) * present
    weight /= weight.sum(axis=1, keepdims=True)
    total = np.asarray(sld_mm, dtype=np.float64)[:, np.newaxis]
    least = np.minimum(imaging.target_minimum_mm.value, total / count)
    volume = np.where(present, sphere_volume(least + weight * (total - count * least)), 0.0)
    equal = count[:, 0] * sphere_volume(total[:, 0] / count[:, 0])
    return Lesions(
        volume=volume,
        resistant=_shared_out(imaging, seed, patients, volume, np.asarray(resistant_share)),
        unevenness=volume.sum(axis=1) / equal,
    )


def _shared_out(
    imaging: Imaging, seed: int, patients: np.ndarray, volume: np.ndarray, share: np.ndarray
) -> np.ndarray:
    """Resistant share of each lesion, uneven on the logit, with the patient's share over all."""
    uneven = imaging.resistance_sd.value * normal(seed, "resistance of lesions", patients, MOST)
    wanted = np.clip(share, _TINY, 1 - _TINY)
    middle = np.log(wanted / (1 - wanted))
    low, high = middle - np.abs(uneven).max(axis=1), middle + np.abs(uneven).max(axis=1)
    part = volume / volume.sum(axis=1, keepdims=True)
    for _ in range(_HALVINGS):
        centre = (low + high) / 2
        found = (part / (1 + np.exp(-(centre[:, np.newaxis] + uneven)))).sum(axis=1)
        low, high = np.where(found < wanted, centre, low), np.where(found < wanted, high, centre)
    return 1 / (1 + np.exp(-((low + high) / 2)[:, np.newaxis] - uneven))
