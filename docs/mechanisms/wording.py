"""Numbers and parameters in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def named(parameters: Mapping[str, float]) -> str:
    """Parameters that differ from the table, as text."""
    return ", ".join(f"{name} {spoken(value)}" for name, value in parameters.items())


def written(value: float, log: bool) -> str:
    """A tick's label, or a measured number."""
    if log and not 0.001 <= value < 50000:
        small = str(round(np.log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"10{small}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}".replace("-", "−")


def told(row: Mapping[str, float]) -> str:
    """Numbers of one quantity, by variant."""
    return ", ".join(f"{spoken(value)} ({label})" for label, value in row.items())


def spoken(value: float) -> str:
    """A number to three digits."""
    return "0" if abs(value) < 5e-5 else written(float(f"{value:.3g}"), False)
