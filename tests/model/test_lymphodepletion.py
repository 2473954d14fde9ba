"""Chemotherapy that empties the lymphocyte pools, and the cells infused into them."""

from __future__ import annotations

import numpy as np
import pytest
from ward import HOUR, IU_PER_PMOL

POOLS = ("Treg", "CD4", "CD8_naive", "CD8_effector", "CD8_memory", "NK_dim", "NK_bright", "B_cells")
SEEN = (
    *POOLS,
    *(
        "other_T",
        "tumour_specific_T",
        "tumour_memory",
        "TIL",
        "tumour_Treg",
        "infused_T",
        "infused_memory",
    ),
    *("lymphocyte_kill", "Treg_kill", "lymphoid_reserve", "homeostatic_cytokines", "neutrophils"),
    *("platelets", "CTL_kill", "tumour_volume", "LAK", "NK", "NK_kill", "TIL_function"),
)
KG, BSA = 75.0, 1.85
FIRST = -8  # day on which the patients begin
CELLS = 8.4  # cells/uL: 2.1 billion that know the tumour in a pool of 250 L
FLUDARABINE = [("fludarabine_rate", d, 0.5 * HOUR, 25 * BSA) for d in range(-5, 0)]
COURSE = [
    *(("cyclophosphamide_rate", d, 2 * HOUR, 60 * KG) for d in (-7, -6)),
    *FLUDARABINE,
    ("growth_factor_rate", -0.2, 0.1, 1.0),
]
INFUSED = [("til_rate", -0.5, 0.5 * HOUR, CELLS), ("bystander_rate", -0.5, 0.5 * HOUR, 9 * CELLS)]
SIX = [("infusion_rate", k / 3, 0.25 * HOUR, 6e5 * KG / IU_PER_PMOL) for k in range(6)]


def treated(new_batch, given, until=60, **parameters):
    """What is seen each day after amounts given as (input, start, length, amount)."""
    batch = new_batch(**parameters)
    edges = {t for _, start, length, _ in given for t in (start, start + length)}
    days = sorted({round(t, 9) for t in (*edges, *range(FIRST, until + 1))})
    rows = {}
    inputs: dict[str, float] = {}
    for day in days:
        batch.advance(day - FIRST, inputs)
        rows[day] = {name: value[0] for name, value in batch.observe(SEEN).items()}
        inputs = {name: 0.0 for name, *_ in given}
        for name, start, length, amount in given:
            if start - 1e-6 <= day < start + length - 1e-6:
                inputs[name] += amount / length
    assert not batch.status.any()
    return rows


@pytest.fixture(scope="module")
def prepared(new_batch):
    return treated(new_batch, COURSE)


def test_every_pool_falls_and_comes_back(prepared):
    before, after, later = prepared[-8], prepared[-1], prepared[60]
    for pool in (*POOLS, "other_T", "tumour_specific_T", "tumour_memory", "TIL", "tumour_Treg"):
        assert after[pool] < 0.15 * before[pool], pool
    for pool in ("Treg", "NK_dim", "CD8_effector"):
        assert 0.5 < later[pool] / before[pool] < 1.3, pool
    assert later["CD4"] < 0.95 * before["CD4"]  # months, not weeks
    assert min(row[pool] for row in prepared.values() for pool in POOLS) > 0


def test_the_marrow_is_emptied_and_recovers_sooner_with_a_growth_factor(new_batch, prepared):
    alone = treated(new_batch, COURSE[:-1], until=30)
    low = [np.mean([row["neutrophils"] < 0.5 for row in r.values()]) for r in (prepared, alone)]
    assert 0 < low[0] < low[1]
    assert prepared[30]["neutrophils"] > 3
    assert min(row["platelets"] for row in prepared.values()) < 120


def test_kill_is_in_proportion_to_the_dose_and_two_halves_are_a_whole(new_batch):
    """What is left multiplies over doses, so that its logarithm adds up."""

    def left(*amounts):
        given = [("fludarabine_rate", FIRST + k, HOUR, a) for k, a in enumerate(amounts)]
        slow = {"lymphoid_recovery": 1e-9, "fludarabine_elimination": 20.0}
        return treated(new_batch, given, until=-4, **slow)[-4]["lymphoid_reserve"]

    one, two, split = (np.log(left(*a)) for a in ((40,), (80,), (40, 40)))
    assert two == pytest.approx(2 * one, rel=1e-3)
    assert split == pytest.approx(two, rel=1e-3)


def test_small_doses_of_cyclophosphamide_take_treg_first(new_batch):
    given = [("cyclophosphamide_rate", FIRST, HOUR, 300 * BSA)]
    day, later = (treated(new_batch, given, until=0)[d] for d in (FIRST + 1, 0))
    rest = treated(new_batch, [], until=FIRST + 1)[FIRST]
    assert day["Treg"] / rest["Treg"] < 0.9 * day["CD4"] / rest["CD4"]
    assert day["CD4"] > 0.7 * rest["CD4"]
    assert later["neutrophils"] > 0.6 * rest["neutrophils"]


def test_freed_cytokines_stay_between_rest_and_their_limit(prepared, new_batch):
    levels = [row["homeostatic_cytokines"] for row in prepared.values()]
    assert levels[0] == 1
    assert max(levels) < 1.25 / 0.25
    assert max(levels) > 3
    assert prepared[60]["homeostatic_cytokines"] < 0.4 * max(levels)


def test_cells_last_and_kill_where_room_was_made(new_batch):
    """Without the course the cells are gone in two weeks (Yee 2002); room and interleukin-2 add."""
    full, cells, no_drug = (
        treated(new_batch, given, until=40)
        for given in (COURSE + INFUSED + SIX, INFUSED + SIX, COURSE + INFUSED)
    )
    assert cells[14]["infused_T"] < 0.1 * CELLS < 0.3 * CELLS < full[14]["infused_T"]
    assert max(r["infused_T"] for r in full.values()) > max(
        r["infused_T"] for r in no_drug.values()
    )
    kills = [max(row["CTL_kill"] for row in rows.values()) for rows in (full, no_drug, cells)]
    assert kills[0] > 1.1 * kills[1] > kills[1] > 2 * kills[2]
    assert full[40]["tumour_volume"] < no_drug[40]["tumour_volume"]
    assert full[40]["infused_memory"] > 2 * full[-8]["tumour_memory"]


def test_the_course_alone_shrinks_nothing(prepared):
    assert prepared[60]["tumour_volume"] > 1.1 * prepared[-8]["tumour_volume"]


def test_cells_infused_are_cells_in_the_pool_and_the_tumour(new_batch):
    still = {"infused_loss": 1e-9, "tumour_homing": 1e-9, "homeostatic_growth": 1e-9}
    rows = treated(new_batch, INFUSED, until=5, **still)
    assert rows[5]["infused_T"] == pytest.approx(CELLS, rel=1e-3)
    before, after = rows[-1]["CD8_effector"], rows[0]["CD8_effector"]
    assert after - before == pytest.approx(9 * CELLS, rel=0.15)  # half a day of their loss
    assert rows[5]["TIL_function"] == pytest.approx(rows[-8]["TIL_function"], abs=0.01)


def test_lak_cells_bring_killing_along(new_batch):
    """75 billion cells in a pool of 55 L: killing at once, gone in two weeks."""
    rows = treated(new_batch, [("lak_rate", 0.0, HOUR, 7.5e4 / 55)], until=30)
    assert rows[0]["NK_kill"] == 0
    assert rows[1]["NK"] > 5 * rows[0]["NK"]
    assert rows[1]["LAK"] > 0.5
    assert rows[1]["NK_kill"] > 0.005
    assert rows[30]["NK_kill"] < 0.1 * rows[1]["NK_kill"]
