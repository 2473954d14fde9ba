"""Response and survival, as papers on cancer report them."""

import numpy as np
import polars as pl

from aldesim.timeunits import DAYS_PER_MONTH
from aldesim.trial.endpoints import RESPONSES, durable_response
from aldesim.trial.reported.rows import Row, share, times

MONTHS = (6, 12, 24, 36, 60, 120)
LASTING_MONTHS = (6, 12, 24)
CRITERIA = {"RECIST 1.1": "", "WHO": "_WHO"}
_RESPONDERS = {"complete": ("CR",), "partial": ("PR",), "any": ("CR", "PR")}


def response_rows(patients: pl.DataFrame, follow_up_days: int) -> list[Row]:
    """Best response, its duration and progression-free survival, by RECIST 1.1 and by WHO."""
    rows: list[Row] = []
    for name, suffix in CRITERIA.items():
        rows += _response(patients, name, suffix, follow_up_days)
    return rows


def _response(patients: pl.DataFrame, name: str, suffix: str, follow_up_days: int) -> list[Row]:
    group, size = f"response, {name}", patients.height
    best = patients[f"best_response{suffix}"].to_numpy()
    began, ended = (
        _days(patients, f"response_day{suffix}"),
        _days(patients, f"progression_day{suffix}"),
    )
    event = patients[f"progressed{suffix}"].to_numpy().astype(bool)
    kinds = {"objective response (CR + PR)": ("CR", "PR"), "disease control": ("CR", "PR", "SD")}
    kinds |= {f"best response {one}": (one,) for one in RESPONSES}
    rows = [
        share(group, words, int(np.isin(best, wanted).sum()), size)
        for words, wanted in kinds.items()
    ]
    for words, wanted in _RESPONDERS.items():
        who = np.isin(best, wanted)
        rows += times(group, f"duration of {words} response", (ended - began)[who], event[who])
    who = np.isin(best, _RESPONDERS["any"])
    rows += times(group, "time to response", began[who], np.ones(int(who.sum()), dtype=bool))
    began = np.where(who, began, np.nan)
    for month in LASTING_MONTHS:
        if month * DAYS_PER_MONTH < follow_up_days:
            kept = durable_response(began, ended, event, month * DAYS_PER_MONTH)
            rows.append(share(group, f"response of {month} months or more", kept.count, kept.n))
    return rows + times(group, "progression-free survival", ended, event, MONTHS, follow_up_days)


def survival_rows(patients: pl.DataFrame, follow_up_days: int) -> list[Row]:
    """Overall survival, of all and by performance status, and deaths of treatment."""
    day, died = _days(patients, "death_day"), patients["died"].to_numpy().astype(bool)
    of_treatment = int((died & (patients["death_cause"].to_numpy() == "treatment")).sum())
    rows = times("survival", "overall survival", day, died, (1, 3, *MONTHS), follow_up_days)
    rows.append(share("survival", "death of treatment", of_treatment, patients.height))
    if "ECOG" in patients.columns:
        status = patients["ECOG"].to_numpy()
        responded = np.isin(patients["best_response"].to_numpy(), _RESPONDERS["any"])
        for label in np.unique(status):
            who, group = status == label, f"ECOG {label}"
            rows.append(
                share(group, "objective response (CR + PR)", int(responded[who].sum()), who.sum())
            )
            rows += times(group, "overall survival", day[who], died[who], MONTHS, follow_up_days)
    return rows


def _days(patients: pl.DataFrame, name: str) -> np.ndarray:
    return patients[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
