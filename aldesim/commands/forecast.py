"""`aldesim fit`: a person's own data, and the days that follow."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import cyclopts

from aldesim.commands.terminal import Progress, close, table
from aldesim.errors import InputError

if TYPE_CHECKING:
    from aldesim.forecast import FitResult, Setting

MOST_SHOWN = 8


def fit(
    data: Path | None = None,
    *,
    population: str = "melanoma",
    molecule: str = "aldesleukin",
    support: str = "inpatient",
    measurement: str = "ward",
    plan: str | None = None,
    days: float = 3.0,
    time_unit: Literal["h", "day"] | None = None,
    amount_unit: Literal["IU", "mg", "pmol"] | None = None,
    particles: Annotated[int | None, cyclopts.Parameter(alias="-n")] = None,
    seed: int = 0,
    out: Path | None = None,
    check: int | None = None,
) -> int:
    """Update the virtual population to a person's own data and forecast the following days.

    The same command resumes a fit of many people, and a check. With --check N no data are needed: N
    people are simulated, read as on a ward, fitted, and the truth is ranked in the posterior.

    Parameters
    ----------
    data
        CSV or Parquet, NONMEM-style: ID, TIME, EVID, DVID, DV, AMT, RATE, II, ADDL, CMT, and
        covariates such as WT, AGE, SEX, ECOG.
    population
        Whom the candidates are drawn from.
    molecule
        What the doses are of.
    support
        Standing orders where the data name no orders; `none` for none.
    measurement
        Monitoring schedule that gives the errors of readings.
    plan
        Regimen that follows the last reading or dose (default: only the doses of the file).
    days
        Days of forecast after the last reading or dose.
    time_unit
        Unit of TIME and II (default: as the file's first line says, else h).
    amount_unit
        Unit of AMT (default: as the file's first line says, else IU).
    particles
        Candidates for each person (default: 512; 256 in a check).
    seed
        Seed of all randomness; the same seed gives the same bits.
    out
        Folder of the results (default: runs/fit-NAME-HASH; of a check runs/check-NAME-HASH).
    check
        People to simulate and fit, instead of data: simulation-based calibration.
    """
    from aldesim.forecast import fit as fit_people
    from aldesim.forecast import load_setting
    from aldesim.forecast.fit import PARTICLES
    from aldesim.report.forecast import write_forecast

    if (data is None) == (check is None):
        raise InputError("fit", "data", str(data), "needs a data file, or --check N without one")
    setting = load_setting(
        population=population,
        molecule=molecule,
        support=support,
        measurement=measurement,
        plan=plan,
    )
    if data is None:
        return _check(setting, check or 0, seed, particles or 256, out)
    with Progress("people") as progress:
        result = fit_people(
            data,
            setting,
            seed=seed,
            particles=particles or PARTICLES,
            days=days,
            time_unit=time_unit,
            amount_unit=amount_unit,
            out=out,
            progress=progress.show,
        )
    page = write_forecast(result)
    _print(result)
    close({"Report": page})
    return 0


def _print(result: "FitResult") -> None:
    """Print who was fitted, what was learnt of the first few, and what to expect at the end."""
    import polars as pl

    from aldesim.report.figures.forecast import sign_of
    from aldesim.report.forecast import overview, parameter_grid
    from aldesim.report.wording import day, number, span

    grid = overview(result)
    table(grid.head, grid.rows, title=grid.caption)
    for one in result.manifest["people"][:MOST_SHOWN]:
        person = pl.col("person") == one["person"]
        informed = parameter_grid(result.table("parameters").filter(person), MOST_SHOWN)
        print()
        table(informed.head, informed.rows, title=f"Person {one['person']}: most informed")
        bands = result.table("bands").filter(person & (pl.col("kind") == "sign"))
        last = bands.filter(pl.col("time") == bands["time"].max())
        rows = []
        for sign in dict.fromkeys(last["sign"].to_list()):
            shown = sign_of(sign, last.filter(pl.col("sign") == sign)["unit"][0])
            cells = [shown.title, shown.unit]
            for which in ("prior", "posterior"):
                row = last.filter((pl.col("sign") == sign) & (pl.col("which") == which))
                middle, low, high = (row[name][0] for name in ("median", "low", "high"))
                digits = shown.digits
                cells.append(f"{number(middle, digits)} ({span(low, high, digits)})")
            rows.append(cells)
        print()
        table(
            ["sign", "unit", "prior: median (90 %)", "posterior: median (90 %)"],
            rows,
            title=f"Person {one['person']}: day {day(float(bands['time'].max()))}",  # type: ignore[arg-type]
        )


def _check(setting: "Setting", repeats: int, seed: int, particles: int, out: Path | None) -> int:
    """Print the ranks of the truth; 0 if they are as even as chance makes them, else 1."""
    from aldesim.forecast import check, judge
    from aldesim.forecast.check import BINS, least_p
    from aldesim.report.wording import number

    with Progress("people fitted") as progress:
        ranks = check(
            setting, repeats, seed=seed, particles=particles, out=out, progress=progress.show
        )
    verdicts = judge(ranks)
    table(
        [
            "quantity",
            f"ranks of the truth, {BINS} bins",
            "99 % band",
            "outside",
            "chi2 p",
            "ECDF p",
        ],
        [
            (
                v.quantity,
                " ".join(str(count) for count in v.counts),
                f"{v.low:.0f} to {v.high:.0f}",
                str(v.outside),
                number(v.p_chi_square, 3),
                number(v.p_ecdf, 3),
            )
            for v in verdicts
        ],
        title=f"Simulation-based calibration: {repeats} people of {setting.population.name}",
    )
    bins, outside = BINS * len(verdicts), sum(v.outside for v in verdicts)
    print(f"{outside} of {bins} bins outside their 99 % band (expected by chance: at most 1 %)")
    smallest = least_p(verdicts)
    print(f"Smallest p of {2 * len(verdicts)} tests, times their number: {min(smallest, 1.0):.2g}")
    print(f"Ranks: {ranks.file}")
    return 0 if smallest > 0.01 else 1
