"""The biology of interleukin-2 as text: equations, parameters with their sources, states."""

from aldesim.model.library import antimony, load, parameter_table, state_scales
from aldesim.model.tables import Parameter

__all__ = ["Parameter", "antimony", "load", "parameter_table", "state_scales"]
