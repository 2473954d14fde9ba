"""The scoreboard: one row an observation, summed up by domain, as table and JSON."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from aldesim.errors import InputError
from aldesim.evidence.observations import DOMAINS, Observation
from aldesim.evidence.predict import QUANTILES, Interval, Prediction
from aldesim.wholefile import write_text


@dataclass(frozen=True)
class Row(Interval):
    """One observation against its simulation.

    Parameters
    ----------
    observation : Observation
        What was published.
    quantiles : tuple of float
        Simulated, at `aldesim.evidence.predict.QUANTILES`, in the observation's unit; NaN if the
        quantity does not occur in the simulation.
    inside : bool
        Whether the observation lies in the 95 % predictive interval or on its stated side; a
        quantity that does not occur is a miss.
    log_score : float
        Log predictive probability; NaN if the quantity does not occur.
    patients : int
        Virtual patients behind the prediction.
    """

    observation: Observation
    quantiles: tuple[float, ...]
    inside: bool
    log_score: float
    patients: int


def make_row(observation: Observation, prediction: Prediction | None, patients: int) -> Row:
    """Row of an observation and its prediction; None means the quantity does not occur."""
    if prediction is None:
        nothing = (math.nan,) * len(QUANTILES)
        return Row(observation, nothing, inside=False, log_score=math.nan, patients=patients)
    return Row(
        observation,
        prediction.quantiles,
        prediction.inside,
        prediction.log_score,
        prediction.patients,
    )


@dataclass(frozen=True)
class Tally:
    """Agreement over some rows; weak rows count half.

    Parameters
    ----------
    rows, inside : int
        Rows, and those inside.
    coverage : float
        Weighted share inside; NaN without rows.
    log_score : float
        Weighted mean log score of the rows that have one.
    """

    rows: int
    inside: int
    coverage: float
    log_score: float


@dataclass(frozen=True)
class Scoreboard:
    """Every observation against its simulation.

    Parameters
    ----------
    rows : tuple of Row
        In the order of the table of observations.
    quick : bool
        Whether only the quick subset was simulated, with few patients.
    identities : dict of str to str
        Hash of all inputs of each experiment.
    seconds : float
        Wall time of the qualification.
    """

    rows: tuple[Row, ...]
    quick: bool
    identities: dict[str, str]
    seconds: float

    @property
    def misses(self) -> tuple[Row, ...]:
        """Rows that lie outside."""
        return tuple(row for row in self.rows if not row.inside)

    @property
    def domains(self) -> tuple[str, ...]:
        """Domains that have rows, in the order of the plan."""
        present = {row.observation.domain for row in self.rows}
        return tuple(domain for domain in DOMAINS if domain in present)

    def tally(self, domain: str | None = None, *, calibration: bool | None = None) -> Tally:
        """Agreement in a domain (all by default), in rows used for calibration or not (both)."""
        chosen = [
            row
            for row in self.rows
            if domain in (None, row.observation.domain)
            and calibration in (None, row.observation.calibration)
        ]
        scored = [row for row in chosen if not math.isnan(row.log_score)]
        return Tally(
            rows=len(chosen),
            inside=sum(row.inside for row in chosen),
            coverage=_mean([(row.inside, row.observation.weight) for row in chosen]),
            log_score=_mean([(row.log_score, row.observation.weight) for row in scored]),
        )

    def write(self, folder: Path) -> None:
        """Write `scoreboard.json` and `scoreboard.tsv`, each replaced in one step."""
        text = json.dumps(_finite(self._content()), indent=1, ensure_ascii=False, allow_nan=False)
        write_text(folder / "scoreboard.json", text + "\n")
        lines = [_tsv_row(row) for row in self.rows]
        table = [[*_COLUMNS, *_RESULTS], *lines]
        write_text(folder / "scoreboard.tsv", "".join("\t".join(cells) + "\n" for cells in table))

    def _content(self) -> dict[str, Any]:
        tallies = {"all": self.tally(), **{name: self.tally(name) for name in self.domains}}
        return {
            "quick": self.quick,
            "seconds": self.seconds,
            "quantile_levels": QUANTILES,
            "tallies": {name: asdict(tally) for name, tally in tallies.items()},
            "calibrated_rows": asdict(self.tally(calibration=True)),
            "other_rows": asdict(self.tally(calibration=False)),
            "identities": self.identities,
            "rows": [asdict(row) for row in self.rows],
        }

    @classmethod
    def read(cls, folder: Path) -> Scoreboard:
        """Scoreboard that `write` left in a folder.

        Raises
        ------
        InputError
            If there is none.
        """
        file = folder / "scoreboard.json"
        try:
            content = json.loads(file.read_text("utf-8"))
            rows = [
                Row(
                    Observation(**{k: _back(v) for k, v in entry["observation"].items()}),
                    tuple(float(_back(q)) for q in entry["quantiles"]),
                    entry["inside"],
                    float(_back(entry["log_score"])),
                    entry["patients"],
                )
                for entry in content["rows"]
            ]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(str(file), "", str(error), "is no scoreboard") from None
        return cls(tuple(rows), content["quick"], content["identities"], content["seconds"])


_COLUMNS = [field.name for field in fields(Observation)]
_RESULTS = ["simulated", "predicted_low", "predicted_high", "inside", "log_score", "patients"]


def _tsv_row(row: Row) -> list[str]:
    given = [getattr(row.observation, name) for name in _COLUMNS]
    results = [row.median, row.low, row.high, row.inside, row.log_score, row.patients]
    return [_cell(value) for value in (*given, *results)]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return str(value)


def _mean(pairs: list[tuple[float, float]]) -> float:
    total = sum(weight for _, weight in pairs)
    return sum(value * weight for value, weight in pairs) / total if total else math.nan


def _finite(node: Any) -> Any:
    """JSON has no NaN and no infinity: null and text instead."""
    if isinstance(node, dict):
        return {key: _finite(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_finite(value) for value in node]
    if isinstance(node, float) and math.isnan(node):
        return None
    if isinstance(node, float) and math.isinf(node):
        return "inf" if node > 0 else "-inf"
    return node


def _back(value: Any) -> Any:
    if value is None:
        return math.nan
    return float(value) if value in ("inf", "-inf") else value
