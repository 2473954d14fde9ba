"""What each section of the page holds: figures, tables and sentences, before any HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report import figures
from aldesim.report.figures.courses import course_facts
from aldesim.report.figures.toxicity import severe_first
from aldesim.report.picks import picks_of
from aldesim.report.reasons import reason_table
from aldesim.report.signs import GROUPS, SIGNS
from aldesim.report.summary import Endpoints
from aldesim.report.tables import Tables
from aldesim.report.wording import (
    ACTIONS,
    DAYS_PER_MONTH,
    RESPONSES,
    counted,
    day_and_hour,
    number,
    percent,
    span,
    title,
)
from aldesim.trial.endpoints import proportion

# Bands of more patients than this look the same and cost memory.
MOST_COURSES = 5000


@dataclass(frozen=True)
class Grid:
    """A printed table: caption, column heads, rows of text; the first column names the row."""

    caption: str
    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class OnePatient:
    """One patient's figure, decisions and label."""

    id: int
    label: str
    figure: go.Figure
    decisions: Grid


@dataclass(frozen=True)
class CourseGroup:
    """Courses of one body system."""

    name: str
    figures: list[go.Figure] = field(default_factory=list)


_COVARIATES = {
    "age": ("Age", "years", 0),
    "body_weight": ("Body weight", "kg", 0),
    "body_height": ("Height", "cm", 0),
    "BSA": ("Body surface area", "m²", 2),
    "SLD_0": ("Sum of tumour diameters", "mm", 0),
    "lesions": ("Target lesions", "number", 0),
    "LDH_ratio": ("LDH", "times upper limit of normal", 2),
    "creatinine_0": ("Creatinine", "mg/dL", 2),
    "GFR_0": ("Glomerular filtration", "mL/min", 0),
    "albumin_0": ("Albumin", "g/dL", 1),
    "MAP_0": ("Mean arterial pressure", "mmHg", 0),
    "HR_0": ("Heart rate", "beats/min", 0),
    "tumour_doubling_time": ("Tumour doubling time", "days", 0),
}
_CLASSES = ("sex", "ECOG")


def who(tables: Tables) -> list[Grid]:
    """Covariates: median and 5-95 % for numbers, counts for classes."""
    patients = tables.patients
    numbers, classes = [], []
    for name, (label, unit, digits) in _COVARIATES.items():
        if name not in patients.columns:
            continue
        values = patients[name].cast(pl.Float64).fill_nan(None).drop_nulls()
        marks = [values.quantile(q, "linear") for q in (0.5, 0.05, 0.95)]
        numbers.append([label, unit, number(marks[0], digits), span(marks[1], marks[2], digits)])
    for name in _CLASSES:
        if name not in patients.columns:
            continue
        counts = patients[name].value_counts().sort(name)
        for value, count in counts.iter_rows():
            label = f"{title(name)} {value}" if name != "sex" else f"{title(str(value))}"
            share = proportion(count, patients.height)
            classes.append([label, number(count), percent(share.value)])
    return [
        Grid("At the first dose", ["Property", "Unit", "Median", "Nine in ten within"], numbers),
        Grid("Shares", ["Property", "Patients", "Share"], classes),
    ]


def doses_section(tables: Tables) -> tuple[list[go.Figure], list[Grid]]:
    """Doses per patient, by slot, and reasons."""
    n = tables.patients.height
    drawn = [
        figures.doses_given(tables.patients),
        figures.doses_by_slot(tables.doses, tables.patients),
        figures.reasons(tables.doses),
    ]
    slots = [
        [
            f"Cycle {row['cycle']}, dose {row['dose']}",
            number(row["given"]),
            percent(row["given"] / max(n, 1)),
            number(row["held"]),
            number(row["stopped"]),
        ]
        for row in figures.slot_table(tables.doses, n).iter_rows(named=True)
    ]
    why = [
        [
            row["label"],
            number(row["held"]),
            number(row["stopped_cycle"]),
            number(row["stopped_for_good"]),
            number(row["patients"]),
        ]
        for row in reason_table(tables.doses).iter_rows(named=True)
    ]
    return drawn, [
        Grid(
            "Each planned dose",
            ["Dose", "Given", "Share of all patients", "Held", "Stopped"],
            slots,
        ),
        Grid(
            "Reasons for doses not given (decisions)",
            ["Rule", "Held", "Cycle stopped", "Stopped for good", "Patients"],
            why,
        ),
    ]


def response_section(tables: Tables, endpoints: Endpoints) -> tuple[list[go.Figure], Grid]:
    """Waterfall, spider and the table of best responses."""
    rows = []
    for name, text in RESPONSES.items():
        share = proportion(endpoints.responses[name], endpoints.n)
        rows.append(
            [
                f"{name}, {text}",
                number(share.count),
                percent(share.value),
                f"{span(100 * share.low, 100 * share.high, 1)} %",
            ]
        )
    grid = Grid(
        f"Best response (RECIST 1.1) of {counted(endpoints.n, 'patient')}",
        ["Response", "Patients", "Share", "95 % interval (Wilson)"],
        rows,
    )
    drawn = [figures.waterfall(tables.patients), figures.spider(tables.scans, tables.patients)]
    return drawn, grid


def survival_section(endpoints: Endpoints) -> tuple[list[go.Figure], Grid]:
    """Kaplan-Meier curves and their values at 6, 12, 24, 36, 60 months."""
    curves = {"progression": endpoints.progression, "survival": endpoints.survival}
    drawn = [figures.survival({"all": curve}, kind) for kind, curve in curves.items()]
    rows = []
    for month in (3, 6, 12, 18, 24, 36, 48, 60):
        row = [f"{month} months"]
        for curve in curves.values():
            end = float(curve.time[-1])
            day = min(month * DAYS_PER_MONTH, end)
            # A two-year follow-up ends on day 730, half a day before 24 months.
            reached = month * DAYS_PER_MONTH - day < 1
            share = curve.landmark(day) if reached else None
            row += (
                [
                    percent(share.value),
                    f"{span(100 * share.low, 100 * share.high, 1)} %",
                    number(int(curve.at_risk_at([day])[0])),
                ]
                if share and np.isfinite(share.value)
                else ["–", "–", "–"]
            )
        if row[1] != "–" or row[4] != "–":
            rows.append(row)
    head = ["Time"]
    for name in ("Without progression", "Alive"):
        head += [name, "95 % interval", "At risk"]
    return drawn, Grid("Survival at fixed times", head, rows)


def toxicity_section(endpoints: Endpoints) -> tuple[go.Figure, Grid]:
    """Worst grades as bars and as a table, with the day of onset."""
    table = endpoints.toxicity
    onset = {
        row["term"]: row["onset"]
        for row in endpoints.tables.toxicity.filter(pl.col("grade") > 0)
        .group_by("term")
        .agg(pl.col("onset").cast(pl.Float64).fill_nan(None).median())
        .iter_rows(named=True)
    }
    rows = []
    for index in severe_first(table):
        severe = proportion(int(table.severe[index]), table.patients)
        rows.append(
            [
                title(table.terms[index]),
                *(number(int(count)) for count in table.counts[index]),
                percent(float(table.any_grade[index]) / table.patients),
                percent(severe.value),
                f"{span(100 * severe.low, 100 * severe.high, 1)} %",
                number(onset.get(table.terms[index]), 1),
            ]
        )
    head = ["Event", *(f"Grade {g}" for g in range(1, 6)), "Any grade", "Grade 3 or more"]
    head += ["95 % interval", "Median onset, day"]
    grid = Grid(f"Patients by worst grade, of {number(table.patients)}", head, rows)
    return figures.toxicity(table), grid


def stays(doses: pl.DataFrame) -> list[tuple[float, float]]:
    """First and last day on which doses fell due, for each cycle."""
    spans = doses.group_by("cycle").agg(
        pl.col("time").min().alias("start"), pl.col("time").max().alias("end")
    )
    return [(row["start"], row["end"]) for row in spans.sort("cycle").iter_rows(named=True)]


def hospital(cycles: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Days around all cycles: from the first dose to a week and a half after the last."""
    return (0.0, max((end for _, end in cycles), default=4.0) + 10.0)


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
                    f"{number(facts['lowest'], sign.digits)} (day {number(facts['lowest_day'], 1)})",
                    f"{number(facts['highest'], sign.digits)} (day {number(facts['highest_day'], 1)})",
                    f"{number(facts['last'], sign.digits)} (day {number(facts['last_day'])})",
                ]
            )
    for name, members in GROUPS.items():
        drawn = [by_name[member] for member in members if member in by_name]
        if drawn:
            groups.append(CourseGroup(name, drawn))
    head = ["Sign", "Unit", "At the first dose", "Lowest", "Highest", "At the end"]
    return groups, Grid("Median of all patients", head, rows), note


def patients_section(
    tables: Tables, single: pl.DataFrame | None, cycles: Sequence[tuple[float, float]]
) -> list[OnePatient]:
    """A few patients hour by hour; from the 8-hourly courses if no hourly ones are given."""
    if single is None:
        picks = {pick.id: pick.why for pick in picks_of(tables.patients)}
        rows = tables.trial.courses.lazy().filter(pl.col("id").is_in(list(picks)))
        single = rows.collect(engine="streaming")
    else:
        why = {pick.id: pick.why for pick in picks_of(tables.patients)}
        picks = {
            int(i): why.get(int(i), "") for i in single["id"].unique(maintain_order=True).to_list()
        }
    events = tables.trial.events.lazy().filter(pl.col("id").is_in(list(picks))).collect()
    shown = []
    for identity, reason in picks.items():
        mine = pl.col("id") == identity
        doses = tables.doses.filter(mine).sort("time")
        figure = figures.patient(
            single.filter(mine).sort("time"),
            doses,
            events.filter(mine),
            name=f"Patient {identity}",
            days=hospital(cycles),
        )
        label = f"Patient {identity}" + (f": {reason}" if reason else "")
        shown.append(OnePatient(identity, label, figure, _decisions(identity, doses)))
    return shown


def _decisions(identity: int, doses: pl.DataFrame) -> Grid:
    rows: list[list[str]] = []
    for row in doses.iter_rows(named=True):
        given = row["given_IU"] if row["action"] == "give" else None
        rows.append(
            [
                f"Cycle {row['cycle']}, dose {row['slot']}",
                day_and_hour(row["time"]),
                ACTIONS.get(row["action"], title(row["action"])),
                f"{number(given / 1e6, 1)} MIU" if given is not None else "–",
                row["reasons"] or "–",
            ]
        )
    return Grid(
        f"Decisions on patient {identity}", ["Dose", "When", "Decision", "Given", "Reason"], rows
    )


def left_out(tables: Tables, manifest: dict[str, Any]) -> tuple[list[dict[str, Any]], Grid]:
    """Rules that could not be evaluated, and failed patients by number and reason."""
    reasons = {int(row["id"]): str(row["status"]) for row in tables.failed.iter_rows(named=True)}
    for entry in manifest.get("failed", ()):
        reasons.setdefault(int(entry["id"]), str(entry["reason"]))
    rows = [[f"Patient {key}", reasons[key]] for key in sorted(reasons)]
    return list(manifest.get("not_evaluated", ())), Grid(
        "Failed patients", ["Patient", "Reason"], rows
    )
