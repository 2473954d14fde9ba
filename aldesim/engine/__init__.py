"""Engine: compiles a system of differential equations and integrates many patients at once."""

from aldesim.engine.batch import Batch
from aldesim.engine.model import Model
from aldesim.engine.status import LaneStatus

__all__ = ["Batch", "LaneStatus", "Model"]
