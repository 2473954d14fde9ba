"""What scans show: target lesions one by one, and new ones."""

from aldesim.trial.imaging.lesions import MOST, Lesions, draw_lesions
from aldesim.trial.imaging.scans import Scan, Scanner
from aldesim.trial.imaging.settings import Imaging, load_imaging
from aldesim.trial.imaging.spread import OBSERVED, Spread

__all__ = [
    "MOST",
    "OBSERVED",
    "Imaging",
    "Lesions",
    "Scan",
    "Scanner",
    "Spread",
    "draw_lesions",
    "load_imaging",
]
