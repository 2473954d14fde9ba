"""What a trial leaves behind: the folder, its manifest, and its tables as lazy frames."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from aldesim.errors import InputError
from aldesim.trial.run_folder import RunFolder


@dataclass(frozen=True)
class TrialResult:
    """A trial, whole or as far as it has come. Times are days from each patient's own first dose.

    Parameters
    ----------
    folder : Path
        Run folder with the tables, the manifest and the report.
    manifest : dict
        Full inputs, versions, seed, content hashes, failures.
    """

    folder: Path
    manifest: dict[str, Any]

    @classmethod
    def open(cls, folder: str | Path) -> "TrialResult":
        """Result kept in a run folder.

        Raises
        ------
        InputError
            If the folder holds no finished run.
        """
        run = RunFolder(Path(folder))
        manifest = run.read_manifest()
        if manifest is None:
            raise InputError("run folder", "", str(folder), "holds no run")
        if not run.is_complete():
            raise InputError("run folder", "", str(folder), "is unfinished: run it again to resume")
        return cls(run.path, manifest)

    def _table(self, name: str) -> pl.LazyFrame:
        return RunFolder(self.folder).scan(name)

    @property
    def versions(self) -> int:
        """Versions of the population under which the patients were treated; 1 without any."""
        return len(self.manifest["inputs"].get("population_versions", ())) or 1

    @property
    def done(self) -> int:
        """Patients computed, in all versions together."""
        run = RunFolder(self.folder)
        if run.is_complete():
            return int(self.manifest["scenario"]["patients"]) * self.versions
        return sum(last - first + 1 for first, last in run.done())

    @property
    def report(self) -> Path:
        """The page to read."""
        return RunFolder(self.folder).report

    @property
    def patients(self) -> pl.LazyFrame:
        """One row a patient: covariates, doses, best response, PFS and OS in days, extremes.

        In a trial over versions of the population a patient has a row for each: `version` counts
        them from 1, `patient` is who it is, and `id` the number of the row here and in all tables.
        """
        return self._table("patients")

    @property
    def doses(self) -> pl.LazyFrame:
        """The dose ledger: one row per dose that fell due, given or not, and why (IU)."""
        return self._table("doses")

    @property
    def decisions(self) -> pl.LazyFrame:
        """The decision log: each dose that fell due with the signs that decided, as charted.

        Columns `hours_since_...` say how old the readings of each round were; without a monitoring
        schedule there are none, and the signs are the true ones.
        """
        return self._table("decisions")

    @property
    def orders(self) -> pl.LazyFrame:
        """Every change of a supportive order, in the model's units."""
        return self._table("orders")

    @property
    def scans(self) -> pl.LazyFrame:
        """Diameters read (mm), new lesions and RECIST 1.1 response at each scan."""
        return self._table("scans")

    @property
    def toxicity(self) -> pl.LazyFrame:
        """Worst CTCAE v5.0 grade per patient and term, with its day."""
        return self._table("toxicity")

    @property
    def courses(self) -> pl.LazyFrame:
        """Signs over time, in the model's units."""
        return self._table("courses")

    @property
    def events(self) -> pl.LazyFrame:
        """Sudden events and deaths."""
        return self._table("events")
