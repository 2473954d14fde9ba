"""Versions of a population: the same patients treated once for each, with parameters moved.

Every version has the same people with the same fates, so what differs between versions is the
doing of their parameters, and what sampling does is the same in all of them.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from aldesim.population import Population


@dataclass(frozen=True)
class Versions:
    """Equally likely versions of one population.

    Parameters
    ----------
    populations : tuple of Population
        One for each version.
    origin : str
        Where they come from, in words that follow "under".
    option : tuple of str
        Words by which `aldesim run` makes the same; none if it cannot.
    """

    populations: tuple[Population, ...]
    origin: str
    option: tuple[str, ...] = ()


def placed(
    tables: dict[str, pl.DataFrame], patients: np.ndarray, first: int, version: int
) -> dict[str, pl.DataFrame]:
    """Tables of a chunk with its patients numbered by their places in the whole run.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Tables of one version's patients, `id` the number of the patient.
    patients : ndarray of int, shape (n,)
        Their numbers, rising.
    first : int
        Place of the first of them.
    version : int
        Counted from 0; the table `patients` counts from 1.
    """
    places = np.arange(first, first + len(patients))

    def numbered(table: pl.DataFrame) -> pl.DataFrame:
        row = np.searchsorted(patients, table["id"].to_numpy())
        return table.with_columns(id=pl.Series(places[row].astype(np.uint32)))

    found = {name: numbered(table) for name, table in tables.items()}
    of = pl.DataFrame(
        {
            "version": np.full(len(patients), version + 1, dtype=np.uint32),
            "patient": patients.astype(np.uint32),
        }
    )
    frame = found["patients"]
    columns = [frame["id"], *of.get_columns(), *frame.drop("id").get_columns()]
    return found | {"patients": pl.DataFrame(columns)}
