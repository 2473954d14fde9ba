"""The tables of a trial as the report reads them: lazily, one figure at a time.

Only the table of patients, one row each, is held in memory. The longer tables stay on disk and are
streamed through one aggregation for each figure.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import polars as pl

from aldesim.trial.endpoints.toxicity import GRADES, ToxicityTable

Frame = pl.DataFrame | pl.LazyFrame


class Trial(Protocol):
    """What the report needs of a finished trial; `aldesim.trial.TrialResult` is one."""

    @property
    def manifest(self) -> dict[str, Any]:
        """Full inputs, versions, failures."""
        ...

    @property
    def patients(self) -> Frame:
        """One row a patient."""
        ...

    @property
    def doses(self) -> Frame:
        """The dose ledger."""
        ...

    @property
    def orders(self) -> Frame:
        """Changes of supportive orders."""
        ...

    @property
    def scans(self) -> Frame:
        """Tumour scans."""
        ...

    @property
    def toxicity(self) -> Frame:
        """Worst grades."""
        ...

    @property
    def courses(self) -> Frame:
        """Signs over time."""
        ...

    @property
    def events(self) -> Frame:
        """Sudden events and deaths."""
        ...


def collect(frame: Frame) -> pl.DataFrame:
    """Rows of a frame, streamed from disk where it is lazy."""
    return frame.lazy().collect(engine="streaming")


@dataclass(frozen=True)
class Tables:
    """Tables of one trial; patients whose simulation failed are apart, never dropped.

    Parameters
    ----------
    trial : Trial
        The finished trial.
    """

    trial: Trial

    @property
    def tumour(self) -> bool:
        """Whether the patients have a tumour; without one response and survival mean nothing."""
        inputs = self.trial.manifest.get("inputs", {})
        return bool(inputs.get("population", {}).get("tumour", True))

    @property
    def virus(self) -> bool:
        """Whether a virus was followed."""
        return "viral_load" in self.trial.courses.lazy().collect_schema().names()

    @cached_property
    def total(self) -> int:
        """Patients in all, failed ones too."""
        return self.patients.height + self.failed.height

    @cached_property
    def patients(self) -> pl.DataFrame:
        """Patients whose simulation ran to its end, by number: the base of every percentage."""
        rows = collect(self.trial.patients.lazy().filter(pl.col("status") == "ok"))
        return rows if rows["id"].is_sorted() else rows.sort("id")

    @cached_property
    def versions(self) -> list[pl.DataFrame]:
        """Patients that count in each version of the population; all at once without versions."""
        if "version" not in self.patients.columns:
            return [self.patients]
        return self.patients.partition_by("version", maintain_order=True)

    @cached_property
    def failed(self) -> pl.DataFrame:
        """Patients whose simulation failed, with the reason in `status`."""
        rows = self.trial.patients.lazy().filter(pl.col("status") != "ok")
        return collect(rows.select("id", "status")).sort("id")

    @property
    def doses(self) -> pl.LazyFrame:
        """The dose ledger of the patients that count."""
        return self._of_patients(self.trial.doses)

    @property
    def scans(self) -> pl.LazyFrame:
        """Scans of the patients that count."""
        return self._of_patients(self.trial.scans)

    @property
    def toxicity(self) -> pl.LazyFrame:
        """Worst grades of the patients that count."""
        return self._of_patients(self.trial.toxicity)

    def courses(self, columns: list[str], limit: int) -> pl.DataFrame:
        """Courses of the patients that count; of every k-th one if they are more than `limit`."""
        ids = self.patients["id"]
        every = max(1, -(-len(ids) // limit))
        chosen = ids.gather_every(every)
        rows = self.trial.courses.lazy().filter(pl.col("id").is_in(chosen.implode()))
        return collect(rows.select("id", "time", *columns))

    def _of_patients(self, frame: Frame) -> pl.LazyFrame:
        if self.failed.is_empty():
            return frame.lazy()
        bad = self.failed["id"].implode()
        return frame.lazy().filter(~pl.col("id").is_in(bad))


def toxicity_table(toxicity: Frame, patients: int) -> ToxicityTable:
    """Patients by term and worst grade, counted while the table is streamed.

    Parameters
    ----------
    toxicity : DataFrame or LazyFrame
        One row for each patient and term: columns `term` and `grade` (0 to 5).
    patients : int
        Patients at risk, with or without an event.
    """
    counts = collect(toxicity.lazy().group_by("term", "grade").agg(pl.len().alias("patients")))
    total = counts.filter(pl.col("grade") > 0).group_by("term").agg(pl.col("patients").sum())
    seen = counts.select("term").unique().join(total, on="term", how="left")
    order = seen.fill_null(0).sort(["patients", "term"], descending=[True, False])["term"]
    row = {term: index for index, term in enumerate(order)}
    table = np.zeros((len(row), len(GRADES)), dtype=np.int64)
    for term, grade, count in counts.filter(pl.col("grade") > 0).iter_rows():
        table[row[term], grade - 1] = count
    return ToxicityTable(patients, tuple(row), table)
