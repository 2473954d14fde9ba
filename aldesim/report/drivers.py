"""The page of a screening: what drives each readout."""

from pathlib import Path

from aldesim.report.figures.scoreboard import figures
from aldesim.report.figures.strips import bars
from aldesim.report.sections.grid import Grid
from aldesim.report.sheet import Section, write_sheet
from aldesim.report.wording import counted
from aldesim.sensitivity import Screening

SHOWN = 15
"""Drivers of each readout in the picture."""
_WORDS = {
    "morris": (
        "Thin bars: mean absolute effect of moving a parameter through its range, two "
        "between-patient standard deviations either side (20 % if it is fixed). Thick bars: what "
        "of it has one direction. A spread larger than the size tells of curvature or interplay.",
        ["parameter", "size", "95 %", "mean", "spread"],
    ),
    "sobol": (
        "Thin bars: total share of the variance, alone and with others. Thick bars: share alone. "
        "Parameters are moved as they differ between patients.",
        ["parameter", "total", "95 %", "alone", "interplay"],
    ),
}


def write_drivers(found: Screening, path: Path, command: str) -> Path:
    """Path of the written page: one HTML file that works offline.

    Parameters
    ----------
    found : Screening
        The finished screening.
    path : Path
        Where to write; replaced in one step.
    command : str
        What makes it again.
    """
    text, _ = _WORDS[found.method]
    sections = []
    for number, line in enumerate(found.readouts):
        top = found.drivers[number][:SHOWN]
        picture = bars(
            [one.parameter for one in top],
            [one.size for one in top],
            [abs(one.alone) for one in top],
            [f"{figures(one.size)}{_way(found, one.alone)}" for one in top],
            f"Drivers of {line}",
        )
        about = (
            f"Over all versions: mean {figures(found.mean[number])}, standard deviation "
            f"{figures(found.deviation[number])}."
        )
        table = Grid(f"Drivers of {line}", drivers_head(found), drivers_rows(found, number))
        sections.append(Section(f"readout-{number + 1}", line, [about], [picture], [table]))
    return write_sheet(
        path,
        brand="sensitivity",
        heading=f"What drives {found.experiment}",
        lead=f"{counted(found.versions, 'version')} of {counted(found.patients, 'patient')}. "
        f"{text}",
        command=command,
        sections=sections,
    )


def drivers_head(found: Screening) -> list[str]:
    """Column heads of the table."""
    return _WORDS[found.method][1]


def drivers_rows(found: Screening, number: int, count: int | None = None) -> list[list[str]]:
    """Rows of the table of one readout, the strongest driver first."""
    return [
        [
            one.parameter,
            figures(one.size),
            f"{figures(one.low)} to {figures(one.high)}",
            figures(one.alone),
            figures(one.spread),
        ]
        for one in found.drivers[number][:count]
    ]


def _way(found: Screening, alone: float) -> str:
    if found.method != "morris" or alone == 0:
        return ""
    return " rises" if alone > 0 else " falls"
