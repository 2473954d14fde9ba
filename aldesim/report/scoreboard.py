"""The scoreboard as one page to read: a self-contained HTML file that needs no network."""

import math
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from aldesim.evidence import Row, Scoreboard
from aldesim.evidence.scoreboard import Tally
from aldesim.htmlfile import template_environment
from aldesim.report.figures.scoreboard import drawing, figures, observed
from aldesim.report.sheet import TEMPLATES, asset, look
from aldesim.report.wording import counted, number, percent
from aldesim.wholefile import write_text


@dataclass(frozen=True)
class Line:
    """One observation as the page shows it."""

    row: Row
    observed: str
    simulated: str
    interval: str
    score: str
    drawing: Markup


@dataclass(frozen=True)
class Group:
    """Agreement over some rows as the page shows it."""

    name: str
    rows: int
    inside: int
    share: str
    weighted: str
    score: str
    percent: float


def write_scoreboard(board: Scoreboard, path: str | Path) -> Path:
    """Path of the written page: one HTML file that works offline.

    Parameters
    ----------
    board : Scoreboard
        The finished qualification.
    path : path
        Where to write; replaced in one step.
    """
    return write_text(Path(path), render(board))


def render(board: Scoreboard) -> str:
    """HTML text of the page; see `write_scoreboard`."""
    environment = template_environment(TEMPLATES)
    return environment.get_template("scoreboard.html.j2").render(
        board=board,
        all=_group("All", board.tally()),
        domains=[_group(name, board.tally(name)) for name in board.domains],
        uses=[
            _group("Used for calibration", board.tally(calibration=True)),
            _group("Not used for calibration", board.tally(calibration=False)),
        ],
        lines=[_line(row) for row in misses_first(board)],
        weak=sum(row.observation.weak for row in board.rows),
        counted=counted,
        number=number,
        script=Markup(asset("frame.js") + asset("scoreboard.js")),
        **look(),
    )


def misses_first(board: Scoreboard) -> list[Row]:
    """Rows in reading order: misses, then the rest, each by domain."""
    domains = board.domains
    return sorted(board.rows, key=lambda row: (row.inside, domains.index(row.observation.domain)))


def _line(row: Row) -> Line:
    occurs = not math.isnan(row.median)
    return Line(
        row=row,
        observed=observed(row),
        simulated=figures(row.median) if occurs else "does not occur",
        interval=f"{figures(row.low)} to {figures(row.high)}" if occurs else "",
        score=number(row.log_score, 1),
        drawing=drawing(row),
    )


def _group(name: str, tally: Tally) -> Group:
    share = tally.inside / tally.rows if tally.rows else math.nan
    return Group(
        name=name,
        rows=tally.rows,
        inside=tally.inside,
        share=percent(share, 0),
        weighted=percent(tally.coverage, 0),
        score=number(tally.log_score, 2),
        percent=0.0 if math.isnan(tally.coverage) else 100 * tally.coverage,
    )
