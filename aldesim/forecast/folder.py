"""People of a data file fitted into a folder: tables, a summary, resumable person by person."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from aldesim.errors import InputError
from aldesim.forecast.data import read_people
from aldesim.forecast.fit import PARTICLES, fit_person
from aldesim.forecast.person import MOST_DAYS, Person
from aldesim.forecast.prior import outside
from aldesim.forecast.setting import Setting
from aldesim.forecast.tables import summary, tables
from aldesim.identity import identity_of
from aldesim.wholefile import make_folder, replacing, write_text

TABLES = ("parameters", "bands", "readings", "patients")
FEWEST, MOST = 32, 100_000


@dataclass(frozen=True, eq=False)
class FitResult:
    """A finished fit.

    Parameters
    ----------
    path : Path
        Its folder: `parameters`, `bands`, `readings` and `patients` as Parquet and CSV, and
        `fit.json`.
    manifest : dict
        Content of `fit.json`.
    """

    path: Path
    manifest: dict[str, Any]

    def table(self, name: str) -> pl.DataFrame:
        """One of the tables, everyone in it."""
        return pl.read_parquet(self.path / f"{name}.parquet")

    @property
    def report(self) -> Path:
        """Where its page lies."""
        return self.path / "report.html"


def fit(
    data: str | Path,
    setting: Setting,
    *,
    seed: int = 0,
    particles: int = PARTICLES,
    days: float = 3.0,
    time_unit: str | None = None,
    amount_unit: str | None = None,
    out: str | Path | None = None,
    progress: Callable[[float, int], None] = lambda done, total: None,
) -> FitResult:
    """People of a data file, fitted and forecast; the same call resumes it.

    Parameters
    ----------
    data : path
        CSV or Parquet; see `read_people`.
    setting : Setting
        Population, molecule, standing orders, errors, plan.
    seed : int
        Seed of all randomness; the same seed gives the same bits.
    particles : int
        Candidates for each person.
    days : float
        Days of forecast after the last reading or dose.
    time_unit, amount_unit : str, optional
        Units of TIME and AMT, if the file does not name them.
    out : path, optional
        Folder; default ``runs/fit-NAME-HASH``.
    progress : callable
        Told people done and their number.

    Raises
    ------
    InputError
        If the file or a setting is wrong.
    """
    for name, value, low, high in (
        ("particles", particles, FEWEST, MOST),
        ("days", days, 0, MOST_DAYS),
        ("seed", seed, 0, 2**63 - 1),
    ):
        if not low <= value <= high:
            raise InputError("fit", name, value, f"must be within {low:,} and {high:,}")
    people = read_people(
        data, setting.molecule, setting.signs, time_unit=time_unit, amount_unit=amount_unit
    )
    keys = [_key(setting, person, seed, particles, days) for person in people]
    identity = identity_of(keys)
    path = Path(out) if out else Path("runs") / f"fit-{Path(data).stem}-{identity[:8]}"
    parts = make_folder(path / "people")
    for done, (person, key) in enumerate(zip(people, keys, strict=True)):
        if not (parts / f"{key[:16]}.json").exists():
            _fit_one(
                setting,
                person,
                parts / key[:16],
                (seed, particles, days),
                progress_of(progress, done, len(people)),
            )
        progress(done + 1, len(people))
    manifest = {
        "identity": identity,
        "setting": setting.names,
        "title": setting.population.title,
        "data": Path(data).name,
        "seed": seed,
        "particles": particles,
        "forecast_days": days,
        "people": [json.loads((parts / f"{key[:16]}.json").read_text("utf-8")) for key in keys],
        "outside_population": {
            person.id: words for person in people if (words := outside(setting.population, person))
        },
    }
    for name in TABLES:
        frames = [pl.read_parquet(parts / f"{key[:16]}.{name}.parquet") for key in keys]
        joined = pl.concat(frames, how="diagonal")
        with replacing(path / f"{name}.parquet") as hidden:
            joined.write_parquet(hidden)
        write_text(path / f"{name}.csv", joined.write_csv())
    write_text(path / "fit.json", json.dumps(manifest, indent=1))
    return FitResult(path, manifest)


def progress_of(
    progress: Callable[[float, int], None], done: int, total: int
) -> Callable[[float], None]:
    """Progress of one person as a part of everyone's."""
    return lambda share: progress(done + share, total)


def _fit_one(
    setting: Setting,
    person: Person,
    place: Path,
    options: tuple[int, int, float],
    progress: Callable[[float], None],
) -> None:
    """Fit a person and write the tables, the summary last: it says that all is there."""
    seed, particles, days = options
    found = fit_person(
        setting, person, seed=seed, particles=particles, days=days, progress=progress
    )
    for name, frame in tables(setting, found, seed).items():
        frame.write_parquet(place.with_name(f"{place.name}.{name}.parquet"))
    content = json.dumps(summary(setting, found), indent=1)
    write_text(place.with_name(f"{place.name}.json"), content)


def _key(setting: Setting, person: Person, seed: int, particles: int, days: float) -> str:
    """Hash of everything that one person's numbers depend on."""
    content = [setting.identity, person.plain(), seed, particles, days]
    return identity_of(content)
