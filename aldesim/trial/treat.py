"""Treats a chunk of patients from the first dose to the end of follow-up, unless cancelled."""

from collections.abc import Callable

import numpy as np

from aldesim.trial.closed_loop import ClosedLoop
from aldesim.trial.protocol import Protocol
from aldesim.trial.treatment import Treatment


class CancelledError(Exception):
    """The run was interrupted; this chunk is to be computed again."""


def treat(
    protocol: Protocol,
    patients: np.ndarray,
    progress: Callable[[float], None] = lambda share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Treatment:
    """Treat and follow a chunk of patients.

    Parameters
    ----------
    protocol : Protocol
        What to do.
    patients : ndarray of int, shape (n,)
        Patient indices.
    progress : callable
        Told the share done, 0 to 1.
    cancelled : callable
        Asked at each instant whether to give up.

    Raises
    ------
    CancelledError
        If `cancelled()` says so.
    """
    loop = ClosedLoop(protocol, patients)
    instants = len(protocol.clock)
    for instant in range(instants):
        if cancelled():
            raise CancelledError
        loop.step(instant)
        progress((instant + 1) / instants)
    return loop.treatment
