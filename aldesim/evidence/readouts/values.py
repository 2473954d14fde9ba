"""What a readout gives: one number a virtual patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Values:
    """A quantity in each virtual patient.

    Parameters
    ----------
    value : ndarray, shape (n,)
        In the unit of the observation; for a proportion 1 or 0; for survival the time. NaN where
        the quantity does not exist: such patients are no part of the published group either.
        Infinite where a time is not reached.
    event : ndarray of bool, shape (n,), optional
        For survival: whether the time ended in the event.
    """

    value: np.ndarray
    event: np.ndarray | None = None

    def known(self) -> Values:
        """Patients in whom the quantity exists."""
        keep = ~np.isnan(self.value)
        return Values(self.value[keep], None if self.event is None else self.event[keep])

    def __len__(self) -> int:
        """Number of patients."""
        return len(self.value)


def pool(parts: list[Values]) -> Values:
    """Patients of several experiments together."""
    value = np.concatenate([part.value for part in parts])
    events = [part.event for part in parts if part.event is not None]
    return Values(value, np.concatenate(events) if events else None)
