"""What has happened to a chunk of patients, in their bodies and on paper."""

from dataclasses import dataclass

import numpy as np

from aldesim.engine import Batch
from aldesim.population import VirtualPatients
from aldesim.trial.events import EventWatch
from aldesim.trial.extremes import Extremes, WorstGrades
from aldesim.trial.imaging import Scan, Scanner
from aldesim.trial.journal import Courses, DecisionLog, Ledger, OrderLog
from aldesim.trial.mortality import Mortality
from aldesim.trial.stay import Stay


@dataclass(frozen=True)
class Treatment:
    """Everything known of a chunk of patients after follow-up.

    Parameters
    ----------
    patients : ndarray of int, shape (n,)
        Patient indices.
    virtual : VirtualPatients
        Their covariates and parameters.
    batch : Batch
        Their bodies at the end.
    stay, mortality, watch, extremes, grades, ledger, decisions, order_log, courses
        What happened and what was written down.
    scanner : Scanner
        With every scan, the baseline first.
    """

    patients: np.ndarray
    virtual: VirtualPatients
    batch: Batch
    stay: Stay
    mortality: Mortality
    watch: EventWatch
    extremes: Extremes
    grades: WorstGrades
    ledger: Ledger
    decisions: DecisionLog
    order_log: OrderLog
    courses: Courses
    scanner: Scanner

    @property
    def scans(self) -> list[Scan]:
        """Every scan, the baseline first."""
        return self.scanner.scans
