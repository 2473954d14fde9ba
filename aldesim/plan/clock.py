"""Doses on the clock of the place where they are given."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aldesim.errors import InputError
from aldesim.regimen import Slots

MINUTES_PER_DAY = 1440
FIRST_YEAR, LAST_YEAR = 1900, 2200
HOW = "must be a date and a time of day, such as 2026-11-30T08:00"


def parse_start(text: str) -> datetime:
    """Moment written as ISO 8601, with a time of day; naive unless it names an offset.

    Raises
    ------
    InputError
        If it is not one.

    Examples
    --------
    >>> parse_start("2026-11-30T08:00")
    datetime.datetime(2026, 11, 30, 8, 0)
    """
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise InputError("plan", "start", text, HOW) from None
    if not any(mark in text for mark in "T :"):
        raise InputError("plan", "start", text, HOW)
    return start


def time_zone(name: str) -> ZoneInfo:
    """Time zone of the IANA database.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        pass
    except KeyError:
        pass
    raise InputError("plan", "tz", name, "must be an IANA time zone, such as Europe/Berlin")


def checked_start(start: datetime, tz: str | None) -> datetime:
    """Start of the regimen: naive without a time zone, aware with one.

    Raises
    ------
    InputError
        If the year is out of range, an offset and a zone are both given, or the moment does not
        exist in the zone because the clocks go forward over it.
    """
    if not FIRST_YEAR <= start.year <= LAST_YEAR:
        allowed = f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}"
        raise InputError("plan", "start", start.isoformat(), allowed)
    start = start.replace(microsecond=0)
    if tz is None:
        return start
    zone = time_zone(tz)
    if start.tzinfo is not None:
        allowed = "has an offset of its own; give that or tz, not both"
        raise InputError("plan", "start", start.isoformat(), allowed)
    aware = start.replace(tzinfo=zone)
    if _real(aware).replace(tzinfo=None) != start:
        allowed = f"does not exist in {tz}: the clocks go forward over it"
        raise InputError("plan", "start", start.isoformat(), allowed)
    return aware


def dose_times(slots: Slots, start: datetime) -> list[tuple[datetime, datetime]]:
    """Begin and end of every slot on the local clock.

    Every cycle begins at the time of day of the first dose. Within a cycle infusions keep their
    distance in elapsed time when the clocks change; injections keep the time of day, so that a
    daily one stays at breakfast.

    Parameters
    ----------
    slots : Slots
        Planned doses.
    start : datetime
        First dose; naive, or aware of its zone.
    """
    offsets = [timedelta(minutes=round(t * MINUTES_PER_DAY)) for t in slots.time.tolist()]
    lengths = [timedelta(minutes=round(t * MINUTES_PER_DAY)) for t in slots.duration.tolist()]
    times, anchors = [], {}
    for i, (offset, length) in enumerate(zip(offsets, lengths, strict=True)):
        cycle = int(slots.cycle[i])
        anchor, first = anchors.setdefault(cycle, (_real(start + offset), offset))
        begin = later(anchor, offset - first) if length else _real(start + offset)
        times.append((begin, later(begin, length)))
    return times


def later(moment: datetime, elapsed: timedelta) -> datetime:
    """The moment so much real time later (or earlier), on the same local clock."""
    if moment.tzinfo is None:
        return moment + elapsed
    return (moment.astimezone(UTC) + elapsed).astimezone(moment.tzinfo)


def elapsed(begin: datetime, end: datetime) -> timedelta:
    """Real time from one moment to another."""
    if begin.tzinfo is None:
        return end - begin
    return end.astimezone(UTC) - begin.astimezone(UTC)


def _real(moment: datetime) -> datetime:
    """The moment itself, or, where the clocks skip it, the one they jump to."""
    return moment if moment.tzinfo is None else later(moment, timedelta(0))
