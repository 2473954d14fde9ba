"""Readouts of dose-response curves: cells at set concentrations."""

from __future__ import annotations

import numpy as np

from aldesim.evidence.readouts.values import Values
from aldesim.evidence.simulated import Simulated


def half_maximal(data: Simulated, sign: str) -> Values:
    """Concentration, pM, at which a sign lies half-way between its lowest and highest value."""
    course = data.course(sign)
    low, high = course.min(axis=0), course.max(axis=0)
    middle = (low + high) / 2
    reached = course >= middle
    row = np.clip(reached.argmax(axis=0), 1, None)
    patient = np.arange(course.shape[1])
    below, above = course[row - 1, patient], course[row, patient]
    logs = np.log(data.at)
    between = logs[row - 1] + (middle - below) / (above - below) * (logs[row] - logs[row - 1])
    return Values(np.exp(between))


def half_maximal_ratio(data: Simulated, sign: str, to: str) -> Values:
    """Half-maximal concentration of one sign over that of another, in the same patient."""
    return Values(half_maximal(data, sign).value / half_maximal(data, to).value)
