"""Sudden events: cumulative hazards of the model against thresholds drawn beforehand.

A patient's thresholds are unit-exponential numbers keyed by seed, purpose and patient, so the same
patient meets the same fate whatever chunk or worker it is computed in, and two protocols are
compared under common random numbers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from aldesim.population.random import uniform
from aldesim.timeunits import HOURS_PER_DAY
from aldesim.yamlfile import read_yaml

RECURRENCES = 8
NEVER = -np.inf


class EventKind(BaseModel):
    """One kind of event: the hazard behind it, its share, and how long it stays active."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    hazard: str
    sign: str
    hours: Annotated[float, Field(gt=0)]
    recurs: bool
    share: Annotated[float, Field(gt=0, le=1)]
    source: str


class _EventFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    events: tuple[EventKind, ...]


def load_event_kinds() -> tuple[EventKind, ...]:
    """Kinds of events that a patient may meet."""
    return read_yaml(Path(__file__).with_name("events.yaml"), _EventFile).events


@dataclass(frozen=True)
class Fate:
    """Thresholds of one hazard, drawn before the first dose.

    Parameters
    ----------
    kinds : tuple of EventKind
        What a crossing may be.
    thresholds : ndarray, shape (n, r)
        Cumulative hazards at which the patient's first, second ... event happens.
    choice : ndarray of int, shape (n, r)
        Which kind each crossing is.
    """

    kinds: tuple[EventKind, ...]
    thresholds: np.ndarray
    choice: np.ndarray

    def after(self, met: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Threshold of the next event of some patients who have met so many, shape (rows,)."""
        last = self.thresholds.shape[1]
        following = self.thresholds[rows, np.minimum(met, last - 1)]
        return np.where(met < last, following, np.inf)


def draw_fates(kinds: tuple[EventKind, ...], seed: int, patients: np.ndarray) -> dict[str, Fate]:
    """Fate of each patient for every hazard named by the kinds."""
    fates = {}
    for hazard in dict.fromkeys(kind.hazard for kind in kinds):
        of_hazard = tuple(kind for kind in kinds if kind.hazard == hazard)
        times = RECURRENCES if any(kind.recurs for kind in of_hazard) else 1
        draws = uniform(seed, f"threshold of {hazard}", patients, times)
        which = uniform(seed, f"kind of {hazard}", patients, times)
        edges = np.cumsum([kind.share for kind in of_hazard])[:-1]
        fates[hazard] = Fate(
            kinds=of_hazard,
            thresholds=np.cumsum(-np.log(draws), axis=1),
            choice=np.searchsorted(edges, which, side="right"),
        )
    return fates


class EventWatch:
    """Watches hazards cross thresholds; knows which events are active.

    Parameters
    ----------
    fates : dict of str to Fate
        By name of the model's cumulative hazard.
    size : int
        Number of patients.
    """

    def __init__(self, fates: dict[str, Fate], size: int):
        self._fates = fates
        everyone = np.arange(size)
        first = [fate.after(np.zeros(size, dtype=np.int64), everyone) for fate in fates.values()]
        self._next = np.reshape(first, (len(fates), size))
        self._active_until = {
            kind.sign: np.full(size, NEVER) for fate in fates.values() for kind in fate.kinds
        }
        self.log: list[tuple[np.ndarray, float, str]] = []

    @property
    def hazards(self) -> tuple[str, ...]:
        """Names of the cumulative hazards to observe."""
        return tuple(self._fates)

    def look(self, day: float, seen: dict[str, np.ndarray], alive: np.ndarray) -> None:
        """Note every crossing since the last look; `seen` maps hazard to shape (n,)."""
        now = np.array([seen[hazard] for hazard in self._fates])
        new = (now >= self._next) & alive
        if not new.any():
            return
        for row, fate in enumerate(self._fates.values()):
            struck = np.flatnonzero(new[row])
            if not len(struck):
                continue
            crossed = (fate.thresholds[struck] <= now[row, struck, np.newaxis]).sum(axis=1)
            which = fate.choice[struck, crossed - 1]
            for index, kind in enumerate(fate.kinds):
                met = struck[which == index]
                if len(met):
                    self._active_until[kind.sign][met] = day + kind.hours / HOURS_PER_DAY
                    self.log.append((met, day, kind.kind))
            self._next[row, struck] = fate.after(crossed, struck)

    def active(self, day: float) -> dict[str, np.ndarray]:
        """Sign name to a boolean array, shape (n,): is such an event active now."""
        return {sign: day < until for sign, until in self._active_until.items()}
