"""What moves what: parameters of the model against what a simulation shows."""

from aldesim.sensitivity.published import Sensitivity, sensitivity
from aldesim.sensitivity.screening import Driver, Screening, screen

__all__ = ["Driver", "Screening", "Sensitivity", "screen", "sensitivity"]
