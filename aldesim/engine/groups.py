"""Arrays as machine code wants them: patients in groups of one vector's width."""

from __future__ import annotations

import numpy as np

_ALIGNMENT = 64


def aligned(*shape: int) -> np.ndarray:
    """Zeros of a shape, placed so that whole vectors can be loaded."""
    count = int(np.prod(shape))
    raw = np.zeros(count + _ALIGNMENT // 8)
    start = (-raw.ctypes.data % _ALIGNMENT) // 8
    return raw[start : start + count].reshape(shape)


class Groups:
    """Patients dealt out to groups of lanes; arrays are (group, row, lane).

    Parameters
    ----------
    size : int
        Number of patients.
    width : int
        Lanes in a group. Lanes beyond the last patient are copies of it.
    """

    def __init__(self, size: int, width: int):
        self.size, self.width = size, width
        self.count = -(-size // width)

    def rows(self, height: int) -> np.ndarray:
        """Zeros for ``height`` values of every patient."""
        return aligned(self.count, height, self.width)

    def column(self, array: np.ndarray, row: int) -> np.ndarray:
        """A copy of one row as (n,)."""
        return array[:, row, :].reshape(-1)[: self.size].copy()

    def columns(self, array: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """A copy of several rows as (rows, n)."""
        picked = array[:, rows, :].transpose(1, 0, 2)
        return picked.reshape(len(rows), -1)[:, : self.size]

    def fill(self, array: np.ndarray, row: int, values: np.ndarray) -> None:
        """Set one row from a number or (n,)."""
        if values.ndim == 0:
            array[:, row, :] = values
            return
        spare = self.count * self.width - self.size
        if spare:
            values = np.concatenate((values, np.full(spare, values[-1])))
        array[:, row, :] = values.reshape(self.count, self.width)
