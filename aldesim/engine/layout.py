"""Layout of the arrays that Python and machine code share: rows of lanes, one block per group."""

from __future__ import annotations

from dataclasses import dataclass

CONTROL_ROWS = 4
STEP, FAILED_AT, STATUS, STEPS = range(CONTROL_ROWS)
"""Rows of the control block: remembered step size, time of failure, status, steps so far."""


@dataclass(frozen=True)
class Workspace:
    """Rows of one thread's scratch memory.

    Parameters
    ----------
    states : int
        Number of states.
    entries : int
        Number of entries of the LU factors.
    stages : int
        Stages of the method.
    """

    states: int
    entries: int
    stages: int

    @property
    def argument(self) -> int:
        """State at which a stage is evaluated."""
        return 0

    @property
    def result(self) -> int:
        """State at the end of the step."""
        return self.states

    @property
    def matrix(self) -> int:
        """LU factors."""
        return 2 * self.states

    @property
    def shift(self) -> int:
        """1 / (gamma h)."""
        return self.matrix + self.entries

    def stage(self, index: int) -> int:
        """U of a stage."""
        return self.shift + 1 + index * self.states

    @property
    def rows(self) -> int:
        """All rows."""
        return self.stage(self.stages)
