"""A few patients hour by hour."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl

from aldesim.report import figures
from aldesim.report.picks import picks_of
from aldesim.report.sections.courses import hospital
from aldesim.report.sections.grid import Grid
from aldesim.report.tables import Tables, collect
from aldesim.report.wording import ACTIONS, day_and_hour, dose_given, title, words


@dataclass(frozen=True)
class OnePatient:
    """One patient's figure, decisions and label."""

    id: int
    label: str
    figure: go.Figure
    decisions: Grid


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
        given = single["id"].unique(maintain_order=True).to_list()
        first = [i for i in why if i in given]
        picks = {int(i): why.get(int(i), "") for i in [*first, *given]}
    wanted = pl.col("id").is_in(list(picks))
    ledger = collect(tables.doses.filter(wanted)).sort("id", "time")
    events = tables.trial.events.lazy().filter(wanted).collect()
    shown = []
    for identity, reason in picks.items():
        mine = pl.col("id") == identity
        doses = ledger.filter(mine)
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
        given = dose_given(row) if row["action"] == "give" else "–"
        rows.append(
            [
                f"Cycle {row['cycle']}, dose {row['slot']}",
                day_and_hour(row["time"]),
                ACTIONS.get(row["action"], title(row["action"])),
                given,
                words(row["reasons"]) or "–",
            ]
        )
    return Grid(
        f"Decisions on patient {identity}", ["Dose", "When", "Decision", "Given", "Reason"], rows
    )
