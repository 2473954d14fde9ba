"""Chapter 8: interleukin-2 in HIV infection."""

from __future__ import annotations

import numpy as np
from plans import under_skin
from registry import HIV, Shown, mechanism
from running import Course, Given, Variants, run, until
from wording import named

from aldesim.report.palette import LIGHT

INFECTED = {"viral_load_0": 30000.0, "CD4_0": 380.0, "Treg_0": 32.0}


def hiv(variants: Variants, cycles: int, days: float, watch: str, start: float = 365.0) -> Course:
    """Twice-daily injections of 7.5 MIU for five days every eight weeks, from day 0.

    A year under the variant's own inputs goes before.
    """
    times = [start + 56 * cycle + k / 2 for cycle in range(cycles) for k in range(10)]
    grid = np.r_[start - 30, start + until(days, 0.25)]
    c = run(
        {n: INFECTED | dict(v) for n, v in variants.items()}, under_skin(7.5, times), grid, watch
    )
    return Course(c.labels, c.day - start, c.values)


@mechanism(
    HIV,
    "Five-day cycles every eight weeks leave more CD4 cells each time, because the cells live "
    "longer.",
    "lymphocytes.ant: CD4; hiv.ant: CD4_survival",
    "CD4_survival_gain = 0",
    "CD4 T cells in blood, cells/uL",
    given="7.5 MIU twice a day under the skin, five days every eight weeks, six times",
)
def hiv_cd4() -> Shown:
    treated = {"antiretroviral": 0.97}
    variants = {
        "IL-2": treated,
        "antiretrovirals alone": treated | {"treatment": 0},
        "IL-2, longer life off": treated | {"CD4_survival_gain": 0},
    }
    c = hiv(variants, 6, 365, "blood_CD4 viral_load")
    before = {f"before cycle {k + 1}": float(c.at("blood_CD4", 56.0 * k)[0]) for k in range(6)}
    numbers = {
        "CD4 with IL-2, cells/uL": before,
        "CD4 after a year, cells/uL": c.each(c["blood_CD4"][-1]),
    }
    end = c["blood_CD4"][-1]
    rising = bool(np.all(np.diff(list(before.values())) > 0))
    lines = c.lines("blood_CD4", LIGHT.cd4, LIGHT.muted, LIGHT.accent)
    return Shown(
        lines, numbers, bool(rising and end[0] > 1.4 * end[1] and end[2] < end[0]), named(INFECTED)
    )


@mechanism(
    HIV,
    "Without antiretrovirals the virus bursts with each cycle and settles; with them it stays low.",
    "hiv.ant: viral_load, CD4_infected, infectable_CD4",
    "infection_activation = 0; antiretroviral (input)",
    "HIV RNA, 1000 copies/mL",
    given="7.5 MIU twice a day under the skin, five days every eight weeks, three times",
)
def hiv_burst() -> Shown:
    variants = {
        "no antiretrovirals": {},
        "no IL-2": {"treatment": 0},
        "antiretrovirals": {"antiretroviral": 0.97},
    }
    c = hiv(variants, 3, 168, "viral_load")
    fold = c.highest("viral_load") / c["viral_load"][0]
    numbers = {
        "highest, fold of the start": c.each(fold),
        "highest, copies/mL": c.each(c.highest("viral_load")),
        "eight weeks after the third cycle, copies/mL": c.each(c["viral_load"][-1]),
    }
    end = c["viral_load"][-1, 0] / c["viral_load"][0, 0]
    holds = bool(1.3 < fold[0] < 8 and end < 1.6 and c.highest("viral_load")[2] < 500)
    lines = c.lines("viral_load", LIGHT.stopped, LIGHT.muted, LIGHT.accent, scale=1e-3)
    return Shown(lines, numbers, holds, named(INFECTED))


@mechanism(
    HIV,
    "Antiretrovirals clear the virus from the blood, not the latent cells: it comes back when they "
    "stop.",
    "hiv.ant: infected_CD4, latent_CD4, latent_woken",
    "antiretroviral = 0 (input)",
    "HIV RNA, copies/mL",
    log="y",
    given="antiretrovirals for a year",
)
def hiv_reservoir() -> Shown:
    plan = [Given("antiretroviral", 0, 365, 1.0)]
    c = run(
        {"antiretrovirals, days 0-365": INFECTED, "none": INFECTED | {"treatment": 0}},
        plan,
        until(480, 1),
        "viral_load latent_CD4",
    )
    load, latent = c["viral_load"], c["latent_CD4"]
    numbers = {
        "day 7, copies/mL": c.each(c.at("viral_load", 7)),
        "day 365, copies/mL": c.each(c.at("viral_load", 365)),
        "latent cells on day 365, % of the start": c.each(
            100 * c.at("latent_CD4", 365) / latent[0]
        ),
        "day 480, copies/mL": c.each(load[-1]),
    }
    shown = Course(c.labels, c.day, {"v": np.maximum(load, 1)})
    kept = c.at("latent_CD4", 365)[0] / latent[0, 0]
    holds = bool(c.at("viral_load", 365)[0] < 50 and kept > 0.5 and load[-1, 0] > 1e4)
    return Shown(shown.lines("v", LIGHT.stopped), numbers, holds, named(INFECTED))
