"""One closed-loop ward, hour by hour, for tests: fluids, pressor, antipyretic, diuretic by rule."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

HOUR = 1 / 24
IU_PER_PMOL = 250.308  # 15.3 kDa, 16.36 MIU/mg
PM_PER_IU_ML = 3.995
SIGNS = (
    *("il2_plasma", "MAP", "SBP", "heart_rate", "cardiac_output", "SVR", "weight", "albumin"),
    *("creatinine", "GFR", "urine_output", "urine_total", "bilirubin", "temperature", "platelets"),
    *("eosinophils", "SpO2", "confusion", "lymphocytes", "blood_NK", "blood_CD4", "blood_CD8"),
    *("blood_Treg", "Treg", "NK", "CD4", "CD8_effector", "CD8_memory", "LAK", "sIL2R_fold"),
    *("pressor_dose", "tumour_volume", "SLD", "tumour_memory", "angiopoietin_2", "permeability"),
    *("arrhythmia_hazard", "infection_hazard", "ischaemia_hazard", "disease_death_hazard"),
    *("treatment_death_hazard", "ejection_fraction", "late_cytokines", "nitric_oxide"),
    *("early_cytokines", "cardiac_depression", "kidney_injury", "tubular_injury", "NK_bright"),
    *("plasma_volume", "interstitial_volume", "sympathetic_drive"),
)


def high_dose(courses: int = 2, doses: int = 14, rest: float = 9.0) -> list[float]:
    """Dose times of cycles given every 8 h with days of rest between."""
    cycle = (doses - 1) * 8 * HOUR + rest
    return [c * cycle + i * 8 * HOUR for c in range(courses) for i in range(doses)]


def treat(
    batch: Any,
    doses: Sequence[float] = (),
    *,
    until: float,
    iu_per_kg: float = 600e3,
    weight: float | np.ndarray = 75.0,
    route: str = "iv",
    infusion: tuple[float, float, float] | None = None,
    support: bool = True,
    stay: float = 6.2,
    maintenance: float = 1.2,
    often_until: float = 45.0,
    often: float = 0.25,
    rarely: float = 7.0,
    orders: Mapping[str, float] | None = None,
    watch: Sequence[str] = (),
) -> dict[str, np.ndarray]:
    """Course of every sign, arrays (time, patient), under doses and ward care.

    ``route`` is "iv" (15 min), "sc" or "oral"; ``infusion`` is (start, stop, IU/kg/day); ``orders``
    are inputs held throughout the stay, ``watch`` more observables to record.
    """
    pmol = iu_per_kg * np.asarray(weight) / IU_PER_PMOL
    starts = list(doses) + ([infusion[0]] if infusion else [])
    stays: list[tuple[float, float]] = []
    if route == "iv":
        for s in sorted(starts):
            if not stays or s > stays[-1][1]:
                stays.append((s, s + stay))
    ticks = set(np.arange(0, often_until, often)) | set(np.arange(often_until, until, rarely))
    for a, b in stays:
        ticks |= set(a + np.arange(0, b - a, HOUR))
    stops = [d + 0.25 * HOUR for d in doses] if route == "iv" else []
    for t in (*doses, *stops, *(infusion[:2] if infusion else ()), until):
        ticks.add(t)
    grid = []
    for t in sorted(ticks):
        if t <= until and (not grid or t - grid[-1] > 1e-6):
            grid.append(t)
    n = batch.size
    rate, bolus_l, day = np.zeros(n), np.zeros(n), -1
    last = -9.0
    names = dict.fromkeys((*SIGNS, *watch))
    rows: dict[str, list[np.ndarray]] = {name: [] for name in names}
    start_weight = batch.observe(["weight"])["weight"]
    for t, following in zip(grid, [*grid[1:], None], strict=True):
        seen = batch.observe(list(names))
        for name in names:
            rows[name].append(seen[name])
        if following is None:
            break
        inside = any(a - 1e-6 <= t < b for a, b in stays)
        for stop in stops:
            if abs(t - stop) < 1e-6:
                rate = np.zeros(n)
        for dose in doses:
            if abs(t - dose) < 1e-6:
                last = dose
                if route == "iv":
                    rate = np.broadcast_to(pmol / (0.25 * HOUR), (n,)).copy()
                elif route == "sc":
                    batch.add("il2_depot", pmol)
        if infusion:
            on = infusion[0] - 1e-6 <= t < infusion[1] - 1e-6
            rate = np.full(n, np.asarray(infusion[2] * weight / IU_PER_PMOL) if on else 0.0)
            last = t if on else last
        dosed = t - last < 0.5
        if math.floor(t) != day:
            day, bolus_l = math.floor(t), np.zeros(n)
        crystalloid = np.full(n, maintenance if inside and dosed else 0.0)
        if inside and support:
            low = (seen["MAP"] < 66) & (bolus_l < 1.0)
            given = np.where(low, 0.25 * (following - t) / HOUR, 0.0)
            bolus_l += given
            crystalloid += given / (following - t)
        heavy = (seen["weight"] - start_weight > 1.5) & (seen["MAP"] > 75)
        inputs = {
            "infusion_rate": rate,
            "crystalloid_rate": crystalloid,
            "oral_intake": (0.3 if dosed else 0.6) if inside else 1.0,
            "acetaminophen": float(inside),
            "pressor_on": float(inside and support),
            "diuretic": np.where(heavy, 0.6, 0.0) if t - last > 0.7 else 0.0,
        }
        for name, value in (orders or {}).items():
            inputs[name] = value if inside else 0.0
        batch.advance(following, inputs)
    course = {name: np.array(values) for name, values in rows.items()}
    course["time"] = np.array(grid)
    return course
