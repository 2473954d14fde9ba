"""`aldesim trial`, `power`, `trials`: trial designs simulated many times over."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cyclopts

from aldesim.commands.terminal import Progress, close, table
from aldesim.errors import InputError

if TYPE_CHECKING:
    import polars as pl

    from aldesim.trial.design import Design, DesignForecast


@cyclopts.Parameter(name="*")
@dataclass(frozen=True)
class Pooling:
    """Options of the virtual patients that trials are drawn from.

    Parameters
    ----------
    pool
        Virtual patients, treated once in every arm (default: the design's).
    seed
        Seed of all randomness (default: the design's).
    out
        Folder of the pool, the tables and the page (default: runs/trial-DESIGN).
    workers
        Chunks computed at the same time (default: the machine's cores).
    chunk
        Patients per chunk; changes memory and speed, never the result.
    """

    pool: int | None = None
    seed: int | None = None
    out: Path | None = None
    workers: int | None = None
    chunk: int | None = None


_USUAL = Pooling()


def trial(
    design: str,
    *,
    replicates: int = 1000,
    size: int | None = None,
    pooling: Pooling = _USUAL,
) -> int:
    """Simulate a trial design many times: what such a trial would report.

    Parameters
    ----------
    design
        A name from `aldesim trials`, or a path ending in .yaml.
    replicates
        Trials drawn from the pool of virtual patients.
    size
        Patients of one trial, all arms together (default: the design's).
    """
    from aldesim.report.trial_design import write_design_page
    from aldesim.trial.design import simulate_design

    with Progress("patients") as progress:
        found = simulate_design(
            design, replicates=replicates, size=size, progress=progress.show, **vars(pooling)
        )
    page = write_design_page(found)
    _print_forecast(found)
    close({"Trial": page})
    return 0


def power(
    design: str,
    *,
    sizes: str | None = None,
    replicates: int = 2000,
    pooling: Pooling = _USUAL,
) -> int:
    """Find power and assurance of a trial design against its number of patients.

    The pool of patients is that of `aldesim trial`, and is treated only once.

    Parameters
    ----------
    design
        A name from `aldesim trials`, or a path ending in .yaml.
    sizes
        Numbers of patients in all arms, separated by commas (default: the design's own).
    replicates
        Trials for each size.
    """
    from aldesim.report.trial_design import write_design_page
    from aldesim.trial.design import power as find_power
    from aldesim.trial.design import simulate_design

    wanted = _sizes(sizes)
    with Progress("patients") as progress:
        found = simulate_design(design, progress=progress.show, **vars(pooling))
    curve = find_power(found.design, found.pool, wanted, replicates)
    curve.write_csv(found.folder / "power.csv")
    page = write_design_page(found, curve)
    _print_power(found.design, curve)
    close({"Power": page})
    return 0


def trials() -> int:
    """List the trial designs on the shelf."""
    from aldesim.trial.design import design_names, load_design, size_of

    found = [load_design(name) for name in design_names()]
    rows = [(d.name, d.title, str(len(d.arms)), f"{size_of(d):,}") for d in found]
    table(["design", "what it is", "arms", "patients"], rows)
    return 0


def _sizes(text: str | None) -> list[int]:
    if text is None:
        return []
    try:
        return sorted({int(word) for word in text.split(",")})
    except ValueError:
        allowed = "must be whole numbers separated by commas"
        raise InputError("power", "sizes", text, allowed) from None


def _print_forecast(found: "DesignForecast") -> None:
    from aldesim.report.trial_design import design_rows, predictive_rows
    from aldesim.report.wording import counted

    count = found.replicates.trials.height
    table(["", "", "note"], design_rows(found), title=found.design.title)
    print()
    table(
        ["arm", "", "median trial", "95 % of trials"],
        [row[:4] for row in predictive_rows(found)],
        title=f"What such a trial would report ({counted(count, 'replicate')})",
    )


def _print_power(design: "Design", curve: "pl.DataFrame") -> None:
    from aldesim.report.trial_design import power_rows

    rows: Sequence[Sequence[str]] = power_rows(curve)
    table(
        ["patients", "power", "95 % Monte Carlo", "assurance", "stopped early", "mean patients"],
        rows,
        title=design.title,
    )
