"""Calibration of the virtual populations to published trials."""

from aldesim.calibration.calibrate import calibrate
from aldesim.calibration.plan import CalibrationPlan, load_calibration
from aldesim.calibration.result import Calibration, Draws, load_posterior
from aldesim.calibration.versions import posterior_versions
from aldesim.calibration.weights import Weights, balance

__all__ = [
    "Calibration",
    "CalibrationPlan",
    "Draws",
    "Weights",
    "balance",
    "calibrate",
    "load_calibration",
    "load_posterior",
    "posterior_versions",
]
