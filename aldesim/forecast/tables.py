"""What a fit says, as tables: parameters, bands, readings, patients."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import chi2

from aldesim import model
from aldesim.forecast.fit import Candidates, Fit
from aldesim.forecast.setting import Setting
from aldesim.population import COVARIATES, DERIVED
from aldesim.population.random import normal
from aldesim.timeunits import MINUTES_PER_DAY

QUANTILES = {"low": 0.05, "lower": 0.25, "median": 0.5, "upper": 0.75, "high": 0.95}
SURE = 3.5
"""Standard errors by which mean or variance of a score must leave 0 and 1 to count as informed."""


def tables(setting: Setting, fit: Fit, seed: int) -> dict[str, pl.DataFrame]:
    """Tables of one person: parameters, bands, readings, patients.

    Parameters
    ----------
    setting : Setting
        What was fitted with.
    fit : Fit
        The person.
    seed : int
        Seed of the errors of predicted readings.
    """
    return {
        "parameters": parameter_table(fit),
        "bands": band_table(setting, fit, seed),
        "readings": reading_table(setting, fit),
        "patients": patient_table(fit),
    }


def parameter_table(fit: Fit) -> pl.DataFrame:
    """Covariates and parameters before and after, those most informed first.

    Columns: person, name, unit, prior and posterior 5, 50, 95 % quantiles, `shift` of the mean and
    `contraction` of the variance of the normal score, which are 0 under the prior, and `informed`:
    whether they are further from 0 than so many particles show by chance.
    """
    table = model.parameter_table()
    rows = []
    for k, name in enumerate(fit.prior_names):
        after = fit.posterior.scores[:, k]
        values = [_values(c, name) for c in (fit.prior, fit.posterior)]
        if any(v.dtype.kind in "Ub" for v in values):
            continue
        shift, contraction = float(after.mean()), float(1 - after.var())
        unit = COVARIATES[name].unit if name in COVARIATES else table[name].unit
        error = 1 / np.sqrt(len(after))
        informed = bool(
            len(fit.updated.stages)
            and (contraction > SURE * np.sqrt(2) * error or abs(shift) > SURE * error)
        )
        quantiles = [np.quantile(v.astype(float), (0.05, 0.5, 0.95)) for v in values]
        columns = [
            f"{which}_{q}" for which in ("prior", "posterior") for q in ("low", "median", "high")
        ]
        rows.append(
            {"person": fit.person.id, "name": name, "unit": unit}
            | dict(zip(columns, np.concatenate(quantiles).tolist(), strict=True))
            | {"shift": shift, "contraction": contraction, "informed": informed}
        )
    frame = pl.DataFrame(rows)
    gain = pl.col("shift") ** 2 + pl.col("contraction").clip(0, 0.999)
    return frame.sort(gain, pl.col("name"), descending=[True, False])


def _values(candidates: Candidates, name: str) -> NDArray:
    virtual = candidates.virtual
    return virtual.covariates[name] if name in virtual.covariates else virtual.parameters[name]


def band_table(setting: Setting, fit: Fit, seed: int) -> pl.DataFrame:
    """Bands of each sign over time.

    Columns: person, sign, unit, time (day), which (prior or posterior), kind (sign: the model's
    value; reading: with the errors of a reading and of the model), and the 5, 25, 50, 75 and 95 %
    quantiles low, lower, median, upper, high.
    """
    frames = []
    for which, candidates in (("prior", fit.prior), ("posterior", fit.posterior)):
        for name, values in candidates.course.items():
            sign = setting.signs[name]
            size = values.shape[1]
            # The same errors at each time: the quantiles of one moment are right, and smooth.
            error = normal(seed, f"forecast/reading/{name}", np.arange(size), 4)
            sd = sign.sd(values)[:, :, None]
            read = values[:, :, None] + sd * np.hstack((error, -error))
            read = np.maximum(read.reshape(len(values), -1), 0.0)
            for kind, shown in (("sign", values), ("reading", read)):
                found = np.nanquantile(shown, list(QUANTILES.values()), axis=1)
                frames.append(
                    pl.DataFrame(
                        {
                            "time": fit.minutes / MINUTES_PER_DAY,
                            **dict(zip(QUANTILES, found, strict=True)),
                        }
                    ).select(
                        pl.lit(fit.person.id).alias("person"),
                        pl.lit(name).alias("sign"),
                        pl.lit(sign.unit).alias("unit"),
                        pl.lit(which).alias("which"),
                        pl.lit(kind).alias("kind"),
                        pl.all(),
                    )
                )
    return pl.concat(frames)


def reading_table(setting: Setting, fit: Fit) -> pl.DataFrame:
    """Each reading beside what was to be expected of it.

    Columns: person, time (day), sign, unit, value, below, and for prior and posterior the 5, 50
    and 95 % quantiles of the predicted reading and `rank`, the chance of a lower one.
    """
    readings = fit.person.readings
    rows = []
    for k, name in enumerate(readings.sign.tolist()):
        row: dict[str, object] = {
            "person": fit.person.id,
            "time": float(readings.minute[k]) / MINUTES_PER_DAY,
            "sign": name,
            "unit": setting.signs[name].unit,
            "value": float(readings.value[k]),
            "below": bool(readings.below[k]),
        }
        for which, candidates in (("prior", fit.prior), ("posterior", fit.posterior)):
            expected = candidates.at_readings[k]
            sd = np.maximum(setting.signs[name].sd(expected), 1e-9)
            # Evenly spaced normal scores stand for the error: no noise of sampling.
            scores = normal(0, "forecast/expected", np.arange(len(expected)), 4)
            spread = expected[:, None] + sd[:, None] * np.hstack((scores, -scores))
            low, middle, high = np.nanquantile(spread, (0.05, 0.5, 0.95))
            rank = float(np.nanmean(ndtr((readings.value[k] - expected) / sd)))
            found = {"low": low, "median": middle, "high": high, "rank": rank}
            row |= {f"{which}_{key}": float(value) for key, value in found.items()}
        rows.append(row)
    return pl.DataFrame(rows, schema=_READING_SCHEMA)


_READING_SCHEMA = {
    "person": pl.String, "time": pl.Float64, "sign": pl.String, "unit": pl.String,
    "value": pl.Float64, "below": pl.Boolean,
    **{f"{w}_{q}": pl.Float64 for w in ("prior", "posterior")
       for q in ("low", "median", "high", "rank")},
}  # fmt: skip


def patient_table(fit: Fit) -> pl.DataFrame:
    """Posterior candidates: covariates and parameters, a population of one's own for trials."""
    virtual, table = fit.posterior.virtual, model.parameter_table()
    columns: Mapping[str, NDArray] = {
        name: values for name, values in virtual.covariates.items() if name not in DERIVED
    } | {
        name: values
        for name, values in virtual.parameters.items()
        if name not in virtual.covariates and name not in DERIVED and name in table
    }
    size = len(virtual.patients)
    ids = [f"{fit.person.id}/{k}" for k in range(size)]
    return pl.DataFrame({"id": ids, **{name: values.tolist() for name, values in columns.items()}})


def summary(setting: Setting, fit: Fit) -> dict[str, object]:
    """How the posterior was reached and whether the model can explain the readings.

    `fit_of_signs` holds for each sign the readings, the share inside the 90 % band of prior and
    posterior, and the posterior predictive p-value of the sum of squared errors (Gelman 1996, Stat
    Sinica 6:733): near 0, the readings lie further from the model than its errors allow.
    """
    table = reading_table(setting, fit)
    signs = {}
    for name in dict.fromkeys(fit.person.readings.sign.tolist()):
        rows = fit.person.readings.sign == name
        expected = fit.posterior.at_readings[rows]
        sd = np.hypot(setting.signs[name].sd(expected), setting.signs[name].half_step)
        squares = (((fit.person.readings.value[rows][:, None] - expected) / sd) ** 2).sum(axis=0)
        inside = {
            which: float(
                ((part[f"{which}_rank"] > 0.05) & (part[f"{which}_rank"] < 0.95)).mean()  # type: ignore[arg-type]
            )
            for part in (table.filter(pl.col("sign") == name),)
            for which in ("prior", "posterior")
        }
        p_value = float(np.nanmean(chi2.sf(squares, int(rows.sum()))))
        signs[name] = {"readings": int(rows.sum()), "inside": inside, "p_value": p_value}
    updated = fit.updated
    return {
        "person": fit.person.id,
        "known": dict(fit.person.known),
        "readings": len(fit.person.readings),
        "doses": len(fit.person.doses.time),
        "orders_recorded": sorted({name for _, name, _ in fit.person.orders}),
        "last_reading_day": fit.person.last_minute / MINUTES_PER_DAY,
        "candidates": len(fit.posterior.scores),
        "effective_sample_size_of_the_prior": updated.prior_effective,
        "distinct_prior_ancestors": updated.distinct,
        "stages": [vars(stage) for stage in updated.stages],
        "fit_of_signs": signs,
    }
