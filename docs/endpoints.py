"""Endpoints of the two high-dose scenarios followed for five years: the table of endpoints.md.

python docs/endpoints.py [PATIENTS]
"""

from __future__ import annotations

import sys

import numpy as np
import polars as pl

from aldesim.trial import load_scenario, run
from aldesim.trial.endpoints import (
    Estimate,
    durable_response,
    duration_of_response,
    kaplan_meier,
    landmark_survival,
    proportion,
)

YEAR = 365.25
MONTH = YEAR / 12
FIVE_YEARS = 1826
LANDMARK = 131
SCENARIOS = ("high-dose-melanoma", "high-dose-renal-cell")


def main(patients: int) -> None:
    """Run both scenarios and print their endpoints side by side."""
    columns = [endpoints(name, patients) for name in SCENARIOS]
    for label in columns[0]:
        print(" | ".join(("", label, *(column[label] for column in columns), "")).strip())


def endpoints(name: str, patients: int) -> dict[str, str]:
    """Endpoints of one scenario, as told in the table."""
    usual = load_scenario(name)
    late = range(usual.scan_days[-1] + 91, FIVE_YEARS, 91)
    scans = (*usual.scan_days, *late)
    longer = {"patients": patients, "follow_up_days": FIVE_YEARS, "scan_days": scans}
    result = run(usual.model_copy(update=longer), out=f"runs/endpoints-{name}-{patients}")
    table = result.patients.filter(pl.col("status") == "ok").collect()
    best, death, died = (table[c].to_numpy() for c in ("best_response", "death_day", "died"))
    response, pfs, ended = (
        table[c].to_numpy() for c in ("response_day", "progression_day", "progressed")
    )
    survival, free = kaplan_meier(death, died), kaplan_meier(pfs, ended)
    found = {f"best response {r}, %": share((best == r).sum(), len(best)) for r in RESPONSES}
    found["objective response, %"] = share(np.isin(best, ("CR", "PR")).sum(), len(best))
    for cause in ("target", "new lesion", "death"):
        count = (table["progression_by"] == cause).sum()
        found[f"progression-free time ended by {cause}, %"] = share(count, len(best))
    found["median progression-free survival, months"] = months(free.median())
    found["median survival, months"] = months(survival.median())
    for years in (1, 2, 3, 5):
        found[f"alive at {years} years, %"] = percent(survival.landmark(years * YEAR - 1))
    found["mean survival within five years, months"] = months(survival.restricted_mean(FIVE_YEARS))
    for kind in ("CR", "PR"):
        who = best == kind
        curve = duration_of_response(response[who], pfs[who], ended[who])
        found[f"median duration of {kind}, months"] = months(curve.median())
    for length in (6, 12):
        lasted = durable_response(response, pfs, ended, length * MONTH)
        found[f"response of {length} months or more, % of all"] = share(lasted.count, lasted.n)
    complete = kaplan_meier(death[best == "CR"], died[best == "CR"])
    found["complete responders alive at 5 years, %"] = percent(complete.landmark(FIVE_YEARS - 1))
    since = landmark_survival(response, death, died, LANDMARK)
    for label, curve in (("with", since.responders), ("without", since.others)):
        title = f"{label} a response by day {LANDMARK}: median survival from then, months"
        found[title] = months(curve.median())
    found["log-rank p of the two"] = f"{since.test.p:.1g}"
    return found


RESPONSES = ("CR", "PR", "SD", "PD", "NE")


def share(count: int, n: int) -> str:
    """A count as percent with its Wilson interval."""
    found = proportion(int(count), n)
    return f"{100 * found.value:.1f} ({100 * found.low:.1f}-{100 * found.high:.1f})"


def percent(found: Estimate) -> str:
    """A share as percent with its limits."""
    return f"{100 * found.value:.1f} ({100 * found.low:.1f}-{100 * found.high:.1f})"


def months(found: Estimate) -> str:
    """Days as months with their limits; a dash for what is not reached."""
    value, low, high = (
        f"{day / MONTH:.1f}" if np.isfinite(day) else "not reached" for day in found
    )
    return f"{value} ({low}-{high})"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
