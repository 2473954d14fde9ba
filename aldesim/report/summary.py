"""The key numbers of a trial, once, for the command line and for the page."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import polars as pl

from aldesim.report.tables import Tables, Trial, collect, toxicity_table
from aldesim.report.wording import counted, months, number, percent, span
from aldesim.trial.endpoints import (
    Estimate,
    KaplanMeier,
    Proportion,
    ToxicityTable,
    kaplan_meier,
    pooled_curve,
    pooled_proportion,
    proportion,
)


class Row(NamedTuple):
    """One line of the summary: what, how much, and what to know about it."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Endpoints:
    """What came out of a trial, in numbers. Failed patients are in no denominator.

    Parameters
    ----------
    tables : Tables
        Tables of the trial.
    """

    tables: Tables

    @property
    def n(self) -> int:
        """Patients that count."""
        return self.tables.patients.height

    def share(self, having: pl.Expr) -> Proportion:
        """Share of the patients that count with a property, over all versions.

        Parameters
        ----------
        having : Expr
            True or false of each row of the table `patients`.
        """
        return self._proportion([int(f.select(having.sum()).item()) for f in self.tables.versions])

    @cached_property
    def responses(self) -> dict[str, int]:
        """Patients by best response."""
        counts = self.tables.patients["best_response"].value_counts()
        found = dict(zip(counts["best_response"], counts["count"], strict=True))
        return {name: int(found.get(name, 0)) for name in ("CR", "PR", "SD", "PD", "NE")}

    @property
    def response_rate(self) -> Proportion:
        """Complete and partial responses among all patients that count."""
        return self.share(pl.col("best_response").is_in(["CR", "PR"]))

    @property
    def pressor(self) -> Proportion:
        """Patients who needed a vasopressor."""
        return self.share(pl.col("pressor_used"))

    @cached_property
    def progression(self) -> KaplanMeier:
        """Progression-free survival, days; progression and death are events."""
        return self._curve("progression_day", pl.col("progressed"))

    @cached_property
    def survival(self) -> KaplanMeier:
        """Overall survival, days."""
        return self._curve("death_day", pl.col("died"))

    @cached_property
    def toxicity(self) -> ToxicityTable:
        """Worst grades by term."""
        return toxicity_table(self.tables.toxicity, self.n)

    def severe(self, term: str) -> Proportion:
        """Patients with a worst grade of 3 or more of an adverse event."""
        return self._proportion(self._severe.get(term, [0] * len(self.tables.versions)))

    @cached_property
    def _severe(self) -> dict[str, list[int]]:
        """Patients of each version with a worst grade of 3 or more, by term."""
        rows = collect(self.tables.toxicity.filter(pl.col("grade") >= 3).select("id", "term"))
        return {
            str(term): [
                int(frame["id"].is_in(part["id"].implode()).sum()) for frame in self.tables.versions
            ]
            for (term,), part in rows.partition_by("term", as_dict=True).items()
        }

    def spread(self, column: str, begun: bool = False) -> tuple[Estimate, int]:
        """Median with 5 and 95 % quantiles of a column of the patients, and how many count.

        Parameters
        ----------
        column : str
            Column of the table `patients`.
        begun : bool
            Count only patients with more than none.
        """
        values = self.tables.patients[column].drop_nulls().cast(pl.Float64)
        if begun:
            values = values.filter(values > 0)
        if values.is_empty():
            return Estimate(float("nan"), float("nan"), float("nan")), 0
        marks = [float(values.quantile(q, "linear")) for q in (0.5, 0.05, 0.95)]  # type: ignore[arg-type]
        return Estimate(*marks), len(values)

    def _proportion(self, counts: list[int]) -> Proportion:
        """Share of patients of whom there are so many in each version."""
        if len(counts) == 1:
            return proportion(counts[0], self.n)
        return pooled_proportion(counts, [frame.height for frame in self.tables.versions])

    def _curve(self, time: str, event: pl.Expr) -> KaplanMeier:
        curves = []
        for frame in self.tables.versions:
            rows = frame.select(
                pl.col(time).cast(pl.Float64).fill_null(float("nan")).alias("time"),
                event.fill_null(False).alias("event"),
            )
            curves.append(kaplan_meier(rows["time"].to_numpy(), rows["event"].to_numpy()))
        return curves[0] if len(curves) == 1 else pooled_curve(curves)


def summary(trial: Trial) -> list[Row]:
    """Rows of the summary table of a finished trial.

    Parameters
    ----------
    trial : Trial
        The finished trial.

    Returns
    -------
    list of Row
        Label, value, note; numbers already in words.
    """
    return summary_of(Endpoints(Tables(trial)))


def summary_of(endpoints: Endpoints) -> list[Row]:
    """Rows of the summary table, from endpoints already computed."""
    failed = endpoints.tables.failed.height
    note = f"{counted(failed, 'patient')} failed and left out" if failed else "none failed"
    under = endpoints.tables.trial.manifest.get("uncertainty")
    if under:
        each = number(endpoints.tables.total // under["versions"])
        note = f"{each} under each of {under['of']}; {note}"
    rows = [Row("Patients", number(endpoints.n), note)]
    rows += _doses(endpoints)
    if endpoints.tables.tumour:
        rows += _response(endpoints)
    share = endpoints.pressor
    rows.append(Row("Vasopressor used", percent(share.value), _counted(share)))
    if "hospital_days" in endpoints.tables.patients.columns:
        stay, _ = endpoints.spread("hospital_days")
        value = number(stay.value, 1).removesuffix(".0")
        note = f"nine in ten: {span(stay.low, stay.high)}"
        rows.append(Row("Hospital days, median", value, note))
    return rows + (_times if endpoints.tables.tumour else _cells)(endpoints)


def _counted(share: Proportion) -> str:
    """Interval of a share, and how many it is of."""
    return f"95\u00a0% interval {_interval(share)}; {number(share.count)} of {number(share.n)}"


def _response(endpoints: Endpoints) -> list[Row]:
    """Response rate, complete and partial responses."""
    rate = endpoints.response_rate
    rows = [
        Row(
            "Response (CR + PR)",
            percent(rate.value),
            _counted(rate),
        )
    ]
    for name, label in (("CR", "Complete response"), ("PR", "Partial response")):
        share = endpoints.share(pl.col("best_response") == name)
        rows.append(Row(label, percent(share.value), f"95\u00a0% interval {_interval(share)}"))
    return rows


def _times(endpoints: Endpoints) -> list[Row]:
    """Median times without progression and alive."""
    rows = []
    for label, curve in (
        ("Median PFS", endpoints.progression),
        ("Median OS", endpoints.survival),
    ):
        median = curve.median()
        rows.append(
            Row(
                label,
                months(median.value),
                f"95\u00a0% interval {months(median.low, '')} to {months(median.high, '')}",
            )
        )
    return rows


def _cells(endpoints: Endpoints) -> list[Row]:
    """T cells in blood, as multiples of what they were: the endpoints where there is no tumour."""
    rows = []
    for name, label in (
        ("blood_Treg_fold_max", "Regulatory T cells in blood, highest"),
        ("blood_CD4_fold_end", "CD4 T cells in blood, at the end"),
    ):
        marks, _ = endpoints.spread(name)
        note = f"of the first value; nine in ten: {span(marks.low, marks.high, 1)}"
        rows.append(Row(label, f"{number(marks.value, 1)} fold", note))
    return rows


def _doses(endpoints: Endpoints) -> list[Row]:
    """Doses in all, by course where there are several, and by cycle of the first course."""
    patients = endpoints.tables.patients
    cycles = sorted(name for name in patients.columns if name.startswith("doses_cycle_"))
    courses = sorted(name for name in patients.columns if name.startswith("doses_course_"))
    labels = {"doses_given": "Doses given, median"}
    if len(courses) > 1:
        labels |= {name: f"Course {name.rsplit('_', 1)[1]}, median" for name in courses}
    first = [name for name in cycles if int(name.rsplit("_", 1)[1]) * len(courses) <= len(cycles)]
    labels |= {
        name: f"Cycle {name.rsplit('_', 1)[1]}, median" for name in (first if courses else cycles)
    }
    rows = []
    for name, label in labels.items():
        # A further course is for some only: the median is of those who had it.
        marks, n = endpoints.spread(name, begun=name in courses[1:])
        planned = patients["doses_planned"].max() if name == "doses_given" else None
        of = f" of {planned}" if planned is not None else ""
        value = number(marks.value, 1).removesuffix(".0")
        among = f"; {counted(n, 'patient')} had it" if name in courses[1:] else ""
        rows.append(Row(label, value + of, f"nine in ten: {span(marks.low, marks.high)}{among}"))
    if "doses_at_home" in patients.columns:
        marks, n = endpoints.spread("doses_at_home", begun=True)
        value = number(marks.value, 1).removesuffix(".0")
        note = f"nine in ten: {span(marks.low, marks.high)}; {counted(n, 'patient')} had them"
        rows.append(Row("Doses at home afterwards, median", value, note))
    return rows


def _interval(share: Proportion) -> str:
    return f"{number(100 * share.low, 1)} to {number(100 * share.high, 1)}\u00a0%"
