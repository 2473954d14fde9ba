"""The courses of all patients."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import plotly.graph_objects as go
import polars as pl

from aldesim.report import figures
from aldesim.report.figures.courses import course_facts
from aldesim.report.sections.grid import Grid
from aldesim.report.signs import GROUPS, SIGNS, WITHOUT_TUMOUR
from aldesim.report.tables import Frame, Tables, collect
from aldesim.report.wording import counted, day, number

# Bands of more patients than this look the same and cost memory.
MOST_COURSES = 2000


@dataclass(frozen=True)
class CourseGroup:
    """Courses of one body system."""

    name: str
    figures: list[go.Figure] = field(default_factory=list)


def stays(doses: Frame) -> list[tuple[float, float]]:
    """First and last day on which doses fell due, for each cycle."""
    spans = collect(
        doses.lazy()
        .group_by("cycle")
        .agg(pl.col("time").min().alias("start"), pl.col("time").max().alias("end"))
    )
    return [(row["start"], row["end"]) for row in spans.sort("cycle").iter_rows(named=True)]


def hospital(cycles: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Days around all cycles: from the first dose to a week and a half after the last."""
    return (0.0, max((end for _, end in cycles), default=4.0) + 10.0)


def cells_section(tables: Tables, cycles: Sequence[tuple[float, float]]) -> list[go.Figure]:
    """What a trial without a tumour is about, over the whole follow-up: cells, virus, drug."""
    have = set(tables.trial.courses.lazy().collect_schema().names())
    signs = [SIGNS[name] for name in WITHOUT_TUMOUR if name in have]
    courses = tables.courses([sign.name for sign in signs], MOST_COURSES)
    drawn = [(figures.course_table(courses, sign), sign) for sign in signs]
    return [
        figures.course(table, sign, stays=cycles) for table, sign in drawn if not table.is_empty()
    ]


def courses_section(
    tables: Tables, cycles: Sequence[tuple[float, float]]
) -> tuple[list[CourseGroup], Grid, str]:
    """Courses by body system, their table, and a sentence on who is in the bands."""
    have = set(tables.trial.courses.lazy().collect_schema().names())
    signs = [SIGNS[name] for names in GROUPS.values() for name in names if name in have]
    courses = tables.courses([sign.name for sign in signs], MOST_COURSES)
    n = courses["id"].n_unique()
    total = tables.patients.height
    note = f"Bands of {counted(n, 'patient')}." if n == total else (
        f"Bands of {number(n)} of the {number(total)} patients, evenly spaced."
    )  # fmt: skip
    groups, rows = [], []
    by_name = {}
    for sign in signs:
        table = figures.course_table(courses, sign)
        whole = sign.name == "SLD" or table.is_empty()
        by_name[sign.name] = figures.course(
            table, sign, stays=cycles, days=None if whole else hospital(cycles)
        )
        if not table.is_empty():
            facts = course_facts(table)
            rows.append(
                [
                    sign.title,
                    sign.unit,
                    number(facts["first"], sign.digits),
                    f"{number(facts['lowest'], sign.digits)} (day {day(facts['lowest_day'])})",
                    f"{number(facts['highest'], sign.digits)} (day {day(facts['highest_day'])})",
                    f"{number(facts['last'], sign.digits)} (day {day(facts['last_day'])})",
                ]
            )
    for name, members in GROUPS.items():
        if name == "Tumour" and not tables.tumour:
            continue
        drawn = [by_name[member] for member in members if member in by_name]
        if drawn:
            groups.append(CourseGroup(name, drawn))
    head = ["Sign", "Unit", "At the first dose", "Lowest", "Highest", "At the end"]
    return groups, Grid("Median of all patients", head, rows), note
