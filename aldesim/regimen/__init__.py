"""Doses in time: regimens, calendars, dosing records."""

from aldesim.regimen.body_surface import body_surface_area
from aldesim.regimen.follow_up import FollowUp
from aldesim.regimen.regimen import (
    AmountUnit,
    Cycle,
    DoseRow,
    Regimen,
    Slot,
    Slots,
    dose,
    dose_IU,
    load_regimen,
    regimen_names,
)

__all__ = [
    "AmountUnit",
    "Cycle",
    "DoseRow",
    "FollowUp",
    "Regimen",
    "Slot",
    "Slots",
    "body_surface_area",
    "dose",
    "dose_IU",
    "load_regimen",
    "regimen_names",
]
