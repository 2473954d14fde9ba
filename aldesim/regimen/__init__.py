"""Doses in time: regimens, calendars, dosing records."""

from aldesim.regimen.regimen import (
    Cycle,
    DoseRow,
    Regimen,
    Slot,
    Slots,
    dose_IU,
    load_regimen,
    regimen_names,
)

__all__ = [
    "Cycle",
    "DoseRow",
    "Regimen",
    "Slot",
    "Slots",
    "dose_IU",
    "load_regimen",
    "regimen_names",
]
