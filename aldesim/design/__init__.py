"""Design of molecules and doses: what affinities, half-life and dose do in the nominal patient."""

from aldesim.design.candidates import Candidates, candidates, undominated
from aldesim.design.dose_response import DoseResponse, dose_response
from aldesim.design.effects import EFFECTS, Effect
from aldesim.design.exposure import Exposure, expose, first_dose
from aldesim.design.selectivity import SelectivityMap, selectivity_map
from aldesim.design.window import Window, dose_at, effects_at, window

__all__ = [
    "EFFECTS",
    "Candidates",
    "DoseResponse",
    "Effect",
    "Exposure",
    "SelectivityMap",
    "Window",
    "candidates",
    "dose_at",
    "dose_response",
    "effects_at",
    "expose",
    "first_dose",
    "selectivity_map",
    "undominated",
    "window",
]
