"""The tables of a trial as the report reads them: lazily, one figure at a time."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import polars as pl

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

    @cached_property
    def everyone(self) -> pl.DataFrame:
        """All patients, in order of their number."""
        return collect(self.trial.patients).sort("id")

    @cached_property
    def patients(self) -> pl.DataFrame:
        """Patients whose simulation ran to its end: the base of every percentage."""
        return self.everyone.filter(pl.col("status") == "ok")

    @cached_property
    def failed(self) -> pl.DataFrame:
        """Patients whose simulation failed, with the reason in `status`."""
        return self.everyone.filter(pl.col("status") != "ok").select("id", "status")

    @cached_property
    def doses(self) -> pl.DataFrame:
        """The dose ledger of the patients that count."""
        return self._of_patients(self.trial.doses)

    @cached_property
    def scans(self) -> pl.DataFrame:
        """Scans of the patients that count."""
        return self._of_patients(self.trial.scans)

    @cached_property
    def toxicity(self) -> pl.DataFrame:
        """Worst grades of the patients that count."""
        return self._of_patients(self.trial.toxicity)

    def courses(self, columns: list[str], limit: int) -> pl.DataFrame:
        """Courses of the patients that count; of every k-th one if they are more than `limit`."""
        ids = self.patients["id"]
        every = max(1, -(-len(ids) // limit))
        chosen = ids.gather_every(every)
        rows = self.trial.courses.lazy().filter(pl.col("id").is_in(chosen.implode()))
        return collect(rows.select("id", "time", *columns))

    def _of_patients(self, frame: Frame) -> pl.DataFrame:
        if self.failed.is_empty():
            return collect(frame)
        bad = self.failed["id"].implode()
        return collect(frame.lazy().filter(~pl.col("id").is_in(bad)))
