"""Simulation-based calibration of the fit: truth drawn, data simulated, truth ranked.

A person is drawn from the population, given a course of doses and read as on a ward; the fit sees
the readings, the doses, age, sex, weight and height. If the posterior is right, the rank of the
truth among independent posterior draws is uniform, for every parameter and every forecast.

References
----------
Talts, Betancourt, Simpson, Vehtari, Gelman. arXiv:1804.06788, 2018.
Säilynoja, Bürkner, Vehtari. Stat Comput 2022;32:32. doi:10.1007/s11222-022-10090-6 (ECDF bands).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aldesim.errors import InputError
from aldesim.forecast.course import simulate
from aldesim.forecast.fit import evaluation, predict
from aldesim.forecast.person import Person, Readings
from aldesim.forecast.prior import Prior, prior_of
from aldesim.forecast.setting import Setting
from aldesim.forecast.update import update
from aldesim.identity import identity_of
from aldesim.population.random import normal, uniform
from aldesim.regimen.records import Doses
from aldesim.timeunits import MINUTES_PER_DAY
from aldesim.wholefile import make_folder, write_text

KNOWN = ("age", "sex", "body_weight", "body_height")
DOSE_COUNT, DOSE_DAYS, DOSE_IU_PER_KG, INFUSION_MINUTES = 6, 1 / 3, 600_000.0, 15
LEVELS_AT = (30, 60, 120, 240)
EVERY_8_HOURS = ("MAP", "heart_rate", "temperature")
EVERY_DAY = ("weight", "creatinine", "albumin", "bilirubin", "platelets", "lymphocytes")
READ_DAYS, FORECAST_DAY = 2, 4
FORECAST = ("MAP", "creatinine", "lymphocytes", "weight", "albumin", "platelets", "il2_plasma")
PARAMETERS = (
    "linear_clearance", "central_volume_per_kg", "MAP_0", "HR_0", "creatinine_0", "albumin_0",
    "kidney_injury_rate", "permeability_rise", "platelets_0", "T_margination_rate",
    "fever_max", "SLD_0", "LDH_ratio",
)  # fmt: skip
DRAWS = 63
"""Posterior draws that a truth is ranked among: ranks 0 to 63, in bins of equal width."""
BINS = 8


@dataclass(frozen=True)
class Ranks:
    """Ranks of the truth, over repeats.

    Parameters
    ----------
    ranks : dict of str to array of int, shape (repeats,)
        By quantity: a parameter, or a sign on the forecast day ("MAP day 4").
    draws : int
        Posterior draws that each was ranked among.
    file : Path, optional
        Where they lie as a table: a row for each repeat, a column for each quantity.
    """

    ranks: dict[str, NDArray[np.int64]]
    draws: int = DRAWS
    file: Path | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether the ranks of one quantity are uniform.

    Parameters
    ----------
    quantity : str
    counts : array of int, shape (BINS,)
    low, high : float
        99 % binomial band of one bin.
    outside : int
        Bins outside it.
    p_chi_square, p_ecdf : float
        Chance of ranks so uneven if the fit is right: over bins, and of the largest distance of
        the empirical distribution from a straight line (Kolmogorov-Smirnov).
    """

    quantity: str
    counts: NDArray[np.int64]
    low: float
    high: float
    outside: int
    p_chi_square: float
    p_ecdf: float


def check(
    setting: Setting,
    repeats: int,
    *,
    seed: int = 0,
    particles: int = 256,
    out: str | Path | None = None,
    progress: Callable[[float, int], None] = lambda done, total: None,
) -> Ranks:
    """Ranks of the truth among posterior draws, over repeats; the same call resumes them.

    Parameters
    ----------
    setting : Setting
        Population, molecule, standing orders, errors.
    repeats : int
        People drawn and fitted.
    seed : int
        Seed of all randomness; a repeat does not depend on how many there are.
    particles : int
        Candidates of each fit.
    out : path, optional
        Folder of the repeats done and of `ranks.csv`; default ``runs/check-POPULATION-HASH``.
    progress : callable
        Told repeats done and their number.

    Raises
    ------
    InputError
        If the repeats are too few to be ranked.
    """
    if not 8 <= repeats <= 100_000:
        raise InputError("fit", "check", repeats, "must be within 8 and 100,000 people")
    identity = identity_of([setting.identity, seed, particles])
    folder = Path(out or Path("runs") / f"check-{setting.population.name}-{identity[:8]}")
    # A repeat is the same however many there are, so a longer check goes on from a shorter one.
    parts = make_folder(folder / f"repeats-{identity[:16]}")
    rows = []
    for repeat in range(repeats):
        part = parts / f"{repeat}.json"
        if not part.exists():
            write_text(part, json.dumps(one_repeat(setting, seed, repeat, particles)))
        rows.append(json.loads(part.read_text("utf-8")))
        progress(repeat + 1, repeats)
    names = list(rows[0])
    lines = [["repeat", *names], *([k, *(row[n] for n in names)] for k, row in enumerate(rows))]
    text = "".join(",".join(map(str, line)) + "\n" for line in lines)
    file = write_text(folder / "ranks.csv", text)
    return Ranks({name: np.array([row[name] for row in rows]) for name in names}, file=file)


def one_repeat(setting: Setting, seed: int, repeat: int, particles: int) -> dict[str, int]:
    """Rank of the truth of one person, by quantity."""
    person, truth = simulated_person(setting, seed, repeat)
    prior = prior_of(setting, person)

    def stream(purpose: str, draws: int) -> NDArray[np.float64]:
        return uniform(seed, f"check/{repeat}/{purpose}", np.arange(particles), draws)

    start = prior.scores(seed, f"check {repeat}", particles)
    updated = update(evaluation(setting, person, prior), start, stream)
    order = np.argsort(stream("order", 1)[:, 0])[:DRAWS]
    drawn = quantities(setting, person, prior, updated.scores[order])
    return {name: int((values < truth[name]).sum()) for name, values in drawn.items()}


def quantities(
    setting: Setting, person: Person, prior: Prior, scores: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Parameters and forecasts that are ranked, shape (n,)."""
    virtual, _ = prior.patients(scores)
    values = {**virtual.covariates, **virtual.parameters}
    watch = np.array([FORECAST_DAY * MINUTES_PER_DAY])
    course = simulate(setting, person, virtual, watch, FORECAST)
    found = {name: np.asarray(values[name], float) for name in PARAMETERS if name in values}
    return found | {f"{name} day {FORECAST_DAY}": course[name][0] for name in FORECAST}


def simulated_person(setting: Setting, seed: int, repeat: int) -> tuple[Person, dict[str, float]]:
    """A person drawn from the population, read with error, and the truth behind the readings."""
    nobody = Person(str(repeat), {}, _doses(0.0), (), _readings(setting))
    everyone = prior_of(setting, nobody)
    scores = everyone.scores(seed, f"truth {repeat}", 1)
    virtual, _ = everyone.patients(scores)
    known = {name: virtual.covariates[name][0].item() for name in KNOWN}
    weight = float(virtual.covariates["body_weight"][0])
    person = replace(nobody, known=known, doses=_doses(weight * DOSE_IU_PER_KG))
    values = predict(setting, person, virtual)[:, 0]
    read = read_with_error(setting, person.readings, values, seed, repeat)
    truth = quantities(setting, person, everyone, scores)
    return replace(person, readings=read), {name: float(v[0]) for name, v in truth.items()}


def read_with_error(
    setting: Setting, readings: Readings, values: NDArray[np.float64], seed: int, number: int
) -> Readings:
    """Readings of true values: with the errors that the fit assumes, as charted."""
    own = normal(seed, f"check/error/{number}", np.arange(len(values)), 1)[:, 0]
    read = np.empty(len(values))
    for k, name in enumerate(readings.sign.tolist()):
        sign = setting.signs[name]
        read[k] = np.round(values[k] + float(sign.sd(values[k : k + 1])[0]) * own[k], sign.digits)
    return replace(readings, value=read)


def judge(ranks: Ranks) -> list[Verdict]:
    """Verdict on each quantity."""
    from scipy.stats import binom, chisquare, kstest

    verdicts = []
    for name, values in ranks.ranks.items():
        counts = np.bincount(values * BINS // (ranks.draws + 1), minlength=BINS)
        low, high = binom.ppf([0.005, 0.995], len(values), 1 / BINS)
        # Ranks spread evenly over the steps between draws become continuous and uniform.
        spread = (values + uniform(0, f"check/ties/{name}", np.arange(len(values)), 1)[:, 0]) / (
            ranks.draws + 1
        )
        verdicts.append(
            Verdict(
                name,
                counts,
                float(low),
                float(high),
                int(((counts < low) | (counts > high)).sum()),
                float(chisquare(counts).pvalue),
                float(kstest(spread, "uniform").pvalue),
            )
        )
    return verdicts


def least_p(verdicts: list[Verdict]) -> float:
    """Smallest p-value of all tests times their number (Bonferroni), may exceed 1."""
    values = [p for v in verdicts for p in (v.p_chi_square, v.p_ecdf)]
    return len(values) * min(values)


def _doses(amount: float) -> Doses:
    time = np.arange(DOSE_COUNT) * DOSE_DAYS
    return Doses(
        id=np.zeros(DOSE_COUNT, dtype=np.int64),
        time=time,
        amount=np.full(DOSE_COUNT, amount),
        duration=np.full(DOSE_COUNT, INFUSION_MINUTES / MINUTES_PER_DAY),
        route=np.full(DOSE_COUNT, "IV_infusion"),
    )


def _readings(setting: Setting) -> Readings:
    """What is read when, without values yet."""
    hours = range(0, 24 * READ_DAYS + 1, 8)
    rows = [(60 * hour, name) for hour in hours for name in EVERY_8_HOURS]
    days = range(READ_DAYS + 1)
    rows += [(MINUTES_PER_DAY * day, name) for day in days for name in EVERY_DAY]
    rows += [(minute, "il2_plasma") for minute in LEVELS_AT]
    rows = sorted(row for row in rows if row[1] in setting.signs)
    return Readings(
        minute=np.array([minute for minute, _ in rows]),
        sign=np.array([name for _, name in rows]),
        value=np.zeros(len(rows)),
        below=np.zeros(len(rows), dtype=bool),
    )
