"""A made-up trial with every table of a run, deterministic, so that pages can be tested fast."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import pytest

SLOTS = np.concatenate([np.arange(14) / 3, 14 + np.arange(14) / 3])
REASONS = (
    "HOLD-05 change of mental status: confusion_grade 2 (hold at 2 or more)",
    "HOLD-02 low blood pressure: SBP 84 mmHg (hold below 90), pressor_rising yes",
    "HOLD-08 persistent oliguria: urine 7 mL/h (hold below 10 for 16 h)",
    "HOLD-04 low oxygen saturation: SpO2 88 % (hold below 90)",
)
TERMS = (
    ("Hypotension", 2.4),
    ("Creatinine increased", 1.8),
    ("Fever", 1.6),
    ("Platelet count decreased", 1.2),
    ("Blood bilirubin increased", 1.5),
    ("Confusion", 0.8),
    ("Weight gain", 1.1),
    ("Supraventricular tachycardia", 0.3),
)


@dataclass(frozen=True)
class Trial:
    patients: pl.DataFrame
    doses: pl.DataFrame
    orders: pl.DataFrame
    scans: pl.DataFrame
    toxicity: pl.DataFrame
    courses: pl.DataFrame
    events: pl.DataFrame
    manifest: dict[str, Any]
    single: pl.DataFrame


def bell(time, centre, width):
    return np.exp(-0.5 * ((time - centre) / width) ** 2)


def signs(time, stop, patient, rng):
    """Signs of each patient (rows) over time (columns)."""
    shape = (len(patient), len(time))
    t, end = np.broadcast_to(time, shape), stop[:, None]
    in_1 = ((t >= 0) & (t <= np.minimum(end, 4.4))).astype(float)
    in_2 = ((t >= 14) & (t <= np.minimum(end, 18.4))).astype(float)
    leak = bell(t, 4, 2.2) + np.where(end > 14, bell(t, 18, 2.2), 0)
    size = 0.6 + 0.8 * rng.random((len(patient), 1))
    leak, on = leak * size, in_1 + in_2
    base = {
        "il2_plasma": 0.4 + on * 600 * size,
        "MAP": 93 - 24 * leak,
        "SBP": 124 - 34 * leak,
        "heart_rate": 74 + 34 * leak,
        "weight": 82 * (1 + 0.08 * leak),
        "albumin": 3.8 - 1.3 * leak,
        "creatinine": 0.95 + 1.6 * leak,
        "urine_output": 70 - 45 * leak,
        "bilirubin": 0.6 + 2.1 * leak,
        "temperature": 36.8 + 1.3 * on * size,
        "platelets": 240 - 140 * leak,
        "eosinophils": 0.15 + 1.4 * bell(t, 8, 4) + 1.0 * bell(t, 22, 4),
        "SpO2": 97.5 - 4 * leak,
        "confusion": 0.9 * leak,
        "lymphocytes": 1700 * (1 - 0.75 * on) + 2600 * (bell(t, 7, 1.5) + bell(t, 21, 1.5)),
        "blood_NK": 200 * (1 - 0.8 * on) + 700 * (bell(t, 7, 1.5) + bell(t, 21, 1.5)),
        "blood_CD4": 800 * (1 - 0.7 * on) + 500 * (bell(t, 7, 2) + bell(t, 21, 2)),
        "blood_CD8": 450 * (1 - 0.7 * on) + 900 * (bell(t, 7, 2) + bell(t, 21, 2)),
        "blood_Treg": 62 + 160 * (bell(t, 6, 3) + bell(t, 20, 3)),
        "Treg": 62 + 190 * (bell(t, 6, 4) + bell(t, 20, 4)),
        "NK": 200 + 1400 * (bell(t, 6, 3) + bell(t, 20, 3)),
        "CD8_effector": 60 + 320 * (bell(t, 7, 4) + bell(t, 21, 5)),
        "CD8_memory": 150 + 80 * np.clip(t / 30, 0, 1),
        "SLD": 80 * np.exp(-0.004 * t * (size - 0.9) * 4),
        "tumour_volume": 90 * np.exp(-0.012 * t * (size - 0.9) * 4),
        "pressor_dose": np.clip(1.6 * leak - 0.7, 0, None),
        "permeability": 1 + 2.2 * leak,
    }
    wobble = 1 + 0.03 * rng.standard_normal(shape)
    return {k: (np.broadcast_to(v, shape) * wobble).astype(np.float32) for k, v in base.items()}


def course_frame(ids, time, values, until):
    keep = (time[None, :] <= until[:, None]).ravel()
    columns = {
        "id": np.repeat(ids, len(time)).astype(np.uint32)[keep],
        "time": np.tile(time, len(ids))[keep],
    }
    columns |= {k: v.ravel()[keep] for k, v in values.items()}
    return pl.DataFrame(columns)


def build(n=60, *, seed=7, failed=(3,), respond=True, die=True) -> Trial:
    rng = np.random.default_rng(seed)
    ids = np.arange(n)
    ok = ~np.isin(ids, failed)
    stop_slot = np.clip(np.rint(rng.normal(21, 6, n)), 2, 28).astype(int)
    stop = np.where(stop_slot >= 28, 99.0, SLOTS[np.minimum(stop_slot, 27)])

    given = np.zeros((n, 28), bool)
    rows = []
    for i in ids[ok]:
        for k, time in enumerate(SLOTS):
            reason = ""
            if k < stop_slot[i]:
                held = rng.random() < 0.08
                action = "hold" if held else "give"
                reason = REASONS[rng.integers(4)] if held else ""
                if held and rng.random() < 0.3:
                    reason += "; " + REASONS[rng.integers(4)]
            elif k == stop_slot[i]:
                action = "stop_for_good" if k >= 14 else "stop_cycle"
                reason = REASONS[rng.integers(4)]
            else:
                break
            given[i, k] = action == "give"
            dose = 6e5 * 82
            rows.append(
                (i, 1 + k // 14, 1 + k % 14, time, dose, dose * given[i, k], action, reason)
            )
    doses = pl.DataFrame(
        rows,
        schema={
            "id": pl.UInt32,
            "cycle": pl.Int8,
            "slot": pl.Int16,
            "time": pl.Float64,
            "planned_IU": pl.Float64,
            "given_IU": pl.Float64,
            "action": pl.String,
            "reasons": pl.String,
        },
        orient="row",
    )

    kind = rng.choice(4, n, p=[0.07, 0.09, 0.4, 0.44] if respond else [0, 0, 0.5, 0.5])
    change = np.choose(
        kind,
        [-100 + 0 * ids, rng.uniform(-75, -31, n), rng.uniform(-28, 18, n), rng.uniform(20, 90, n)],
    )
    response = np.array(["CR", "PR", "SD", "PD"])[kind]
    os_day = np.minimum(rng.exponential(np.choose(kind, [4000, 1500, 500, 300])), 730.0)
    died = (os_day < 730) & die
    os_day = np.where(died, os_day, 730.0)
    pfs_day = np.minimum(rng.exponential(np.choose(kind, [3000, 500, 200, 70])) + 40, os_day)
    progressed = (pfs_day < os_day) | died
    response[os_day < 47] = "NE"
    change = np.where(response == "NE", np.nan, change)

    def blank(values):
        return np.where(ok, values, np.nan)

    patients = pl.DataFrame(
        {
            "id": ids.astype(np.uint32),
            "status": np.where(ok, "ok", "step limit at day 3.2: loosen rtol or look at GFR_0"),
            "age": rng.normal(50, 12, n).clip(18, 80),
            "sex": rng.choice(["female", "male"], n, p=[0.33, 0.67]),
            "body_weight": rng.normal(82, 15, n).clip(45, 140),
            "body_height": rng.normal(172, 9, n),
            "BSA": rng.normal(1.95, 0.2, n),
            "ECOG": rng.choice([0, 1], n, p=[0.75, 0.25]).astype(np.int8),
            "SLD_0": rng.lognormal(4.4, 0.5, n),
            "lesions": rng.integers(1, 6, n).astype(np.int8),
            "LDH_ratio": rng.lognormal(-0.1, 0.4, n),
            "creatinine_0": rng.normal(0.95, 0.15, n),
            "MAP_0": rng.normal(93, 7, n),
            "doses_planned": np.full(n, 28, np.int16),
            "doses_given": given.sum(1).astype(np.int16),
            "doses_cycle_1": given[:, :14].sum(1).astype(np.int16),
            "doses_cycle_2": given[:, 14:].sum(1).astype(np.int16),
            "off_treatment": np.where(
                stop_slot < 28, np.where(stop_slot < 14, "stop_cycle", "stop_for_good"), ""
            ),
            "off_reason": np.where(stop_slot < 28, REASONS[0], ""),
            "best_response": np.where(ok, response, "NE"),
            "best_change_pct": blank(change),
            "response_day": blank(np.where(kind < 2, 47.0, np.nan)),
            "progression_day": blank(pfs_day),
            "progressed": progressed & ok,
            "death_day": blank(os_day),
            "died": died & ok,
            "death_cause": np.where(died & ok, np.where(os_day < 30, "treatment", "disease"), ""),
            "pressor_used": (rng.random(n) < 0.6) & ok,
            "pressor_hours": blank(rng.exponential(20, n)),
            "hospital_days": blank(rng.normal(13, 2, n)),
            "MAP_min": blank(rng.normal(62, 5, n)),
            "weight_gain_max_pct": blank(rng.normal(8, 3, n)),
            "creatinine_max": blank(rng.lognormal(0.9, 0.3, n)),
            "albumin_min": blank(rng.normal(2.3, 0.3, n)),
            "platelets_min": blank(rng.normal(95, 25, n)),
            "bilirubin_max": blank(rng.lognormal(0.9, 0.4, n)),
            "temperature_max": blank(rng.normal(39.1, 0.5, n)),
            "fluid_L": blank(rng.normal(16, 4, n)),
        }
    )

    scan_rows = []
    days = [0, 47, 75, 131, 187, 243, 299, 355, 411, 467, 523, 579, 635, 691, 730]
    for i in ids[ok]:
        nadir = 0.0
        for day in (d for d in days if d <= os_day[i]):
            grow = {0: -100.0, 1: change[i], 2: change[i], 3: change[i]}[int(kind[i])]
            late = 0.12 * max(0.0, day - pfs_day[i])
            pct = (
                0.0 if day == 0 else float(max(-100, np.nan_to_num(grow) * min(1, day / 75) + late))
            )
            nadir = min(nadir, pct)
            size = float(patients["SLD_0"][int(i)])
            up = (pct - nadir) / max(100 + nadir, 1) * 100
            name = "CR" if pct <= -100 else "PR" if pct <= -30 else "PD" if up > 20 else "SD"
            scan_rows.append((i, float(day), size * (1 + pct / 100), pct, up, name))
    scans = pl.DataFrame(
        scan_rows,
        schema={
            "id": pl.UInt32,
            "time": pl.Float64,
            "SLD": pl.Float64,
            "change_pct": pl.Float64,
            "nadir_change_pct": pl.Float64,
            "response": pl.String,
        },
        orient="row",
    )

    tox = [
        (i, term, g := int(np.clip(rng.poisson(mean), 0, 4)), 1.5 if g else None, 3.0, 1.0 * g)
        for i in ids[ok]
        for term, mean in TERMS
    ]
    toxicity = pl.DataFrame(
        tox,
        schema={
            "id": pl.UInt32,
            "term": pl.String,
            "grade": pl.Int8,
            "onset": pl.Float64,
            "worst_day": pl.Float64,
            "worst_value": pl.Float64,
        },
        orient="row",
    )

    ward = np.concatenate([np.arange(0, 8, 1 / 3), np.arange(14, 22, 1 / 3)])
    time = np.unique(np.concatenate([ward, np.arange(0, 60.0), np.arange(60, 731, 7.0)]))
    values = signs(time, stop, ids, rng)
    for column in values.values():
        column[~ok] = np.nan
    courses = course_frame(ids, time, values, os_day)

    few = ids[ok][:8]
    hourly = np.unique(np.concatenate([np.arange(0, 26, 1 / 24), np.arange(26, 731, 7.0)]))
    fine = signs(hourly, stop[few], few, rng)
    since = np.full(hourly.shape, np.inf)
    for slot in SLOTS:
        since = np.where(hourly >= slot, np.minimum(since, hourly - slot), since)
    fine["il2_plasma"] = (fine["il2_plasma"] * (1 + 60 * np.exp(-since * 24))).astype(np.float32)

    events = pl.DataFrame(
        {
            "id": np.concatenate([few[:3], ids[died & ok]]).astype(np.uint32),
            "time": np.concatenate([[2.2, 3.1, 15.5][: len(few[:3])], os_day[died & ok]]),
            "kind": ["arrhythmia", "sepsis", "arrhythmia"][: len(few[:3])]
            + ["death"] * int((died & ok).sum()),
        },
        schema={"id": pl.UInt32, "time": pl.Float64, "kind": pl.String},
    )
    orders = pl.DataFrame(
        {
            "id": few.astype(np.uint32),
            "time": np.zeros(len(few)),
            "input": ["pressor_on"] * len(few),
            "value": np.ones(len(few)),
        }
    )
    manifest = {
        "scenario": {
            "name": "high-dose-melanoma",
            "title": "High-dose interleukin-2 in metastatic melanoma",
            "description": "Aldesleukin 600,000 IU/kg every 8 hours, at most 14 doses a cycle.",
            "population": "melanoma",
            "molecule": "aldesleukin",
            "regimen": "high_dose",
            "rules": "label_legacy",
            "support": "inpatient",
            "patients": n,
            "seed": 20261122,
            "follow_up_days": 730,
            "scan_days": days[1:],
        },
        "name": "high-dose-melanoma",
        "title": "High-dose interleukin-2 in metastatic melanoma",
        "description": "Aldesleukin 600,000 IU/kg every 8 hours, at most 14 doses a cycle.",
        "molecule": "aldesleukin",
        "regimen": "high_dose",
        "rules": "label_legacy",
        "support": "inpatient",
        "population": "melanoma",
        "patients": n,
        "seed": 20261122,
        "follow_up_days": 730,
        "versions": {"aldesim": "0.1.0", "numpy": np.__version__, "polars": pl.__version__},
        "hashes": {"model": "5f0c" * 16, "rules": "a1b2" * 16},
        "not_evaluated": [
            {
                "id": "HOLD-07",
                "text": "Hold at a creatinine above 4.5 mg/dL.",
                "signs": ["hyperkalaemia"],
                "partly": True,
            },
            {
                "id": "HOLD-11",
                "text": "Hold for bullous dermatitis.",
                "signs": ["bullous_dermatitis"],
                "partly": False,
            },
        ],
        "command": f"aldesim run high-dose-melanoma --patients {n} --seed 20261122",
        "wall_seconds": 11.4,
        "failed": [{"id": int(i), "reason": "step limit at day 3.2"} for i in failed if i < n],
    }
    single = course_frame(few, hourly, fine, os_day[few])
    return Trial(patients, doses, orders, scans, toxicity, courses, events, manifest, single)


@pytest.fixture(scope="session")
def trial():
    return build()


@pytest.fixture(scope="session")
def make_trial():
    return build


@pytest.fixture
def changed():
    return replace
