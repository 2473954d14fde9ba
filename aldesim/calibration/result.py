"""What a calibration found, as plain data that is written, shipped and shown."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aldesim.calibration.identify import Direction
from aldesim.calibration.plan import CalibrationPlan, load_calibration
from aldesim.errors import InputError
from aldesim.evidence.predict import Interval
from aldesim.wholefile import write_text

POSTERIOR = Path(__file__).with_name("posterior.tsv")
"""The posterior that the package is shipped with."""


@dataclass(frozen=True)
class Predicted(Interval):
    """Predictive quantiles, and whether the published number lies in the central 95 %.

    Parameters
    ----------
    quantiles : tuple of float
        At `aldesim.evidence.predict.QUANTILES`, rising.
    inside : bool
        For a bound: whether the median lies on its allowed side.
    """

    quantiles: tuple[float, ...]
    inside: bool


@dataclass(frozen=True)
class Fit:
    """One published number against the calibrated model.

    Parameters
    ----------
    id, quantity, group : str
        Observation, what it is, and the group with which it is left out; "" if it is a check.
    unit : str
        Of the numbers below; a survival median is told as percent free at the published time.
    side : str
        As of the observation.
    published : float
        The number.
    simulated : float
        With every parameter at its posterior mean; NaN if it does not occur.
    predicted : Predicted
        Of a study of the published size under the posterior.
    left_out : Predicted or None
        The same without the targets of its group; None for a check.
    explained : float
        Share of variance that the emulator tells of members left out.
    """

    id: str
    quantity: str
    group: str
    unit: str
    side: str
    published: float
    simulated: float
    predicted: Predicted
    left_out: Predicted | None
    explained: float


@dataclass(frozen=True)
class Learned:
    """One parameter before and after.

    Parameters
    ----------
    id, title : str
        As in the plan.
    prior, posterior : tuple of float
        2.5, 50 and 97.5 % points in the parameter's own unit.
    mean : float
        Posterior mean, taken on the transformed scale.
    contraction : float
        Share of the prior variance that the data took away.
    informed_by : tuple of (str, float)
        Groups that tell most of it, with their information in units of the prior's.
    """

    id: str
    title: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    mean: float
    contraction: float
    informed_by: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Pool:
    """Weights of the patients of one pool with which they meet its targets.

    Parameters
    ----------
    experiments : str
        Where the patients come from.
    patients : int
        How many they are.
    effective : float
        Effective sample size under the weights.
    rows : tuple of (str, float, float, float)
        Observation, its published number, mean before and after, relative to the published.
    """

    experiments: str
    patients: int
    effective: float
    rows: tuple[tuple[str, float, float, float], ...]


@dataclass(frozen=True, eq=False)
class Calibration:
    """Everything that a calibration found.

    Parameters
    ----------
    plan : CalibrationPlan
        What was asked.
    draws : ndarray, shape (n, p)
        Posterior sample in the parameters' own units.
    learned : tuple of Learned
        Parameters.
    fits : tuple of Fit
        Targets, then checks.
    correlation : ndarray, shape (p, p)
        Posterior correlations, on the transformed scales.
    directions : tuple of Direction
        Combinations of parameters, the least informed first.
    pools : tuple of Pool
        Weighted patients.
    evaluations : int
        Members simulated.
    shares : tuple of float
        Weight of the data taken in each round of the inversion.
    emulator_error : float
        Root mean square error of the emulator at members that it had not seen, in units of the
        standard error of the targets.
    log_evidence : float
        Of the targets.
    """

    plan: CalibrationPlan
    draws: np.ndarray
    learned: tuple[Learned, ...]
    fits: tuple[Fit, ...]
    correlation: np.ndarray
    directions: tuple[Direction, ...]
    pools: tuple[Pool, ...]
    evaluations: int
    shares: tuple[float, ...]
    emulator_error: float
    log_evidence: float

    @property
    def targets(self) -> tuple[Fit, ...]:
        """Fits of the targets, without the checks."""
        return tuple(one for one in self.fits if one.group)

    def write(self, folder: Path, command: str) -> None:
        """Write `calibration.json` and `posterior.tsv`, each replaced in one step."""
        content = {
            "command": command,
            "plan": self.plan.model_dump(mode="json"),
            "learned": [asdict(one) for one in self.learned],
            "fits": [asdict(one) for one in self.fits],
            "correlation": self.correlation.tolist(),
            "directions": [asdict(one) for one in self.directions],
            "pools": [asdict(one) for one in self.pools],
            "evaluations": self.evaluations,
            "shares": self.shares,
            "emulator_error": self.emulator_error,
            "log_evidence": self.log_evidence,
        }
        text = json.dumps(_finite(content), indent=1, ensure_ascii=False, allow_nan=False)
        write_text(folder / "calibration.json", text + "\n")
        lines = [f"# {command}", "\t".join(self.plan.names)]
        lines += ["\t".join(f"{value:.6g}" for value in row) for row in self.draws]
        write_text(folder / "posterior.tsv", "\n".join(lines) + "\n")


@dataclass(frozen=True, eq=False)
class Draws:
    """A posterior sample as it was shipped.

    Parameters
    ----------
    command : str
        What made it.
    names : tuple of str
        Ids of the unknowns.
    values : ndarray, shape (n, p)
        In the parameters' own units.
    """

    command: str
    names: tuple[str, ...]
    values: np.ndarray

    def thinned(self, count: int) -> np.ndarray:
        """So many of the draws, evenly over the sample, shape (count, p).

        Raises
        ------
        InputError
            If it is fewer than two, or more than there are.
        """
        if not 2 <= count <= len(self.values):
            allowed = f"must be within 2 and {len(self.values)}, the draws of the posterior"
            raise InputError("posterior", "draws", count, allowed)
        return self.values[np.linspace(0, len(self.values) - 1, count).astype(int)]


def load_posterior(path: Path = POSTERIOR, plan: CalibrationPlan | None = None) -> Draws:
    """Posterior sample of a file, checked against its plan.

    Raises
    ------
    InputError
        If the file is no such sample, or belongs to another plan.
    """
    names = (plan or load_calibration()).names
    try:
        first, head, *rows = path.read_text("utf-8").splitlines()
        values = np.array([[float(cell) for cell in row.split("\t")] for row in rows])
    except (OSError, ValueError) as error:
        raise InputError(str(path), "", str(error), "is no posterior sample") from None
    if tuple(head.split("\t")) != names or values.ndim != 2 or values.shape[1] != len(names):
        raise InputError(path.name, "columns", head, f"must be those of the plan, {names}")
    return Draws(first.removeprefix("# "), names, values)


def _finite(node: Any) -> Any:
    """JSON has no NaN and no infinity: null instead."""
    if isinstance(node, dict):
        return {key: _finite(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_finite(value) for value in node]
    if isinstance(node, float) and not math.isfinite(node):
        return None
    return node
