"""How signs are read on a ward: when, how exactly, and how long until the value is known."""

from aldesim.care.measurement.schedule import (
    EXACT,
    Reading,
    Round,
    Schedule,
    Tighter,
    load_schedule,
    schedule_names,
)

__all__ = [
    "EXACT",
    "Reading",
    "Round",
    "Schedule",
    "Tighter",
    "load_schedule",
    "schedule_names",
]
