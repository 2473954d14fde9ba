"""Answers of the evidence page."""

import math
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from aldesim.errors import InputError
from aldesim.evidence import Row, Scoreboard, load_observations
from aldesim.model import parameter_table
from aldesim.model.structure import flows, places
from aldesim.report.figures.model_map import model_map
from aldesim.report.figures.scoreboard import drawing, figures, observed
from aldesim.report.scoreboard import misses_first
from aldesim.report.wording import number, percent, title, words

FOLDER = "qualification"
MOST_PLACES = 6


class Qualification:
    """The scoreboard of this server's folder of runs; one computation at a time for all pages.

    Parameters
    ----------
    root : Path
        Folder of runs.
    """

    def __init__(self, root: Path):
        self.folder = root / FOLDER
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def running(self) -> bool:
        """Whether it is being computed."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Compute it, or go on computing it, in a process of its own."""
        with self._lock:
            if self.running:
                raise InputError("scoreboard", "", "", "is being computed already")
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, "-m", "aldesim.cli", "qualify", "--workers", "1"]
            self._process = subprocess.Popen(
                [*command, "--out", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def close(self) -> None:
        """Stop computing; what is done is kept."""
        if self.running and self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def read(self) -> Scoreboard | None:
        """The board, if there is one that this program can read."""
        try:
            return Scoreboard.read(self.folder)
        except (InputError, OSError, ValueError, KeyError, TypeError):
            return None


class Evidence:
    """Answers of the evidence page.

    Parameters
    ----------
    qualification : Qualification
        Of this server.
    """

    def __init__(self, qualification: Qualification):
        self._qualification = qualification

    def board(self) -> dict[str, Any]:
        """Published numbers beside simulated ones, misses first; without a board their list."""
        board = self._qualification.read()
        answer: dict[str, Any] = {"running": self._qualification.running}
        if board is None:
            rows = [
                {
                    "domain": row.domain,
                    "quantity": row.quantity,
                    "observed": f"{row.side} {figures(row.value)}".strip(),
                    "unit": row.unit,
                    "source": row.source,
                    "use": "calibration" if row.calibration else "",
                }
                for row in load_observations()
            ]
            return answer | {"computed": False, "rows": rows, "tallies": []}
        tallies = [("all", board.tally()), *((name, board.tally(name)) for name in board.domains)]
        return answer | {
            "computed": True,
            "quick": board.quick,
            "tallies": [
                [name, f"{tally.inside} of {tally.rows}", percent(tally.coverage, 0)]
                for name, tally in tallies
            ],
            "rows": [
                {
                    "domain": row.observation.domain,
                    "quantity": row.observation.quantity,
                    "observed": observed(row),
                    "unit": row.observation.unit,
                    "source": row.observation.source,
                    "use": "calibration" if row.observation.calibration else "",
                    "inside": row.inside,
                    "simulated": _simulated(row),
                    "drawing": str(drawing(row)),
                }
                for row in misses_first(board)
            ],
        }

    def compute(self) -> None:
        """Compute the scoreboard in the background."""
        self._qualification.start()

    def parameters(self) -> dict[str, Any]:
        """Every parameter: value, unit, spread, source, and the equations that look at it."""
        head = ["Parameter", "Value", "Unit", "Between patients", "Acts in", "Source", "Note"]
        rows = []
        for row in parameter_table().values():
            acts = places().get(row.id, ())
            modules = dict.fromkeys(equation.module for equation in acts)
            where = "; ".join(
                f"{words(module)}: "
                + _some([equation.name for equation in acts if equation.module == module])
                for module in modules
            )
            spread = f"{row.distribution}, {row.spread:g}" if row.spread else "fixed"
            unit = "" if row.unit == "1" else row.unit
            rows.append([row.id, f"{row.value:g}", unit, spread, where, row.source, row.note])
        return {"head": head, "rows": rows}

    def model(self) -> dict[str, Any]:
        """The model as a drawing, and the same as a table."""
        rows = [
            [title(source), title(target), number(len(carried)), ", ".join(carried)]
            for (source, target), carried in flows().items()
        ]
        return {"drawing": str(model_map()), "head": ["From", "To", "Names", "What"], "rows": rows}


def _simulated(row: Row) -> str:
    if math.isnan(row.median):
        return "does not occur"
    return f"{figures(row.median)} ({figures(row.low)} to {figures(row.high)})"


def _some(names: list[str]) -> str:
    rest = len(names) - MOST_PLACES
    shown = ", ".join(dict.fromkeys(names[:MOST_PLACES]))
    return f"{shown} and {rest} more" if rest > 0 else shown
