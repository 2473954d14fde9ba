"""A plan as iCalendar (RFC 5545): every dose, the checks of each day, and what follows."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from aldesim import __version__
from aldesim.plan.course import Plan, PlannedDose
from aldesim.plan.monitoring import Check
from aldesim.plan.writing import PLAN_NOTICE, iso, quantity, steps

SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://aldesim.invalid/plan")
MARGIN = timedelta(days=400)  # so that a zone's rules cover the plan on both sides


def to_icalendar(plan: Plan, stamp: datetime | None = None) -> bytes:
    """Plan as the bytes of an .ics file.

    Times are in the plan's time zone, in UTC where it has only an offset, and floating where it
    has neither. The same plan gives the same event identifiers, so that a calendar updates them.

    Parameters
    ----------
    plan : Plan
        What is planned.
    stamp : datetime, optional
        Moment of writing, aware; by default now.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//aldesim//aldesim {__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", plan.regimen.name)
    written = stamp or datetime.now(UTC)
    for event in _events(plan):
        event.add("dtstamp", written.astimezone(UTC).replace(microsecond=0))
        calendar.add_component(event)
    dates = [dose.start.date() for dose in plan.doses]
    calendar.add_missing_timezones(dates[0] - MARGIN, dates[-1] + MARGIN)
    return calendar.to_ical()


def _events(plan: Plan) -> Iterator[Event]:
    day_before = plan.doses[0].start.date() - timedelta(days=1)
    tests = _listed(plan.monitoring.at("before"))
    yield _all_day(plan, "before", day_before, "IL-2: tests before the first dose", tests)
    daily = _listed(plan.monitoring.at("each_day"))
    for when, doses in plan.days():
        title = f"IL-2 day {doses[0].day}: {len(doses)} dose" + ("" if len(doses) == 1 else "s")
        yield _all_day(plan, f"day-{when}", when, title, daily)
    for dose in plan.doses:
        yield _dose(plan, dose)
    for stone in plan.milestones:
        text = stone.text
        if stone.kind == "discharge":
            text += "\n" + _listed(plan.monitoring.at("after"))
        yield _all_day(plan, stone.kind, stone.date, f"IL-2: {stone.title}", text)


def _dose(plan: Plan, dose: PlannedDose) -> Event:
    lines = [
        *_made_up(plan, dose),
        _listed(plan.monitoring.at("each_dose")),
    ]
    if plan.rules is not None:
        holds = [rule.title for rule in plan.rules.rules if rule.action == "hold"]
        lines.append(f"Hold checks ({plan.rules.name}): {'; '.join(holds)}.")
    title = f"IL-2 dose {dose.number} of {len(plan.doses)}: {quantity(dose.amount)}"
    event = _event(plan, f"dose-{dose.number}", title, "\n".join(lines))
    event.add("dtstart", _moment(dose.start))
    event.add("dtend" if dose.amount.minutes else "duration", _end(dose))
    return event


def _made_up(plan: Plan, dose: PlannedDose) -> Iterator[str]:
    """What was ordered, and how it is made up if a vial is known."""
    if plan.product is None or dose.recipe is None or dose.make_from is None:
        yield f"{dose.ordered}: {quantity(dose.amount)}."
        return
    yield f"{dose.ordered}. {steps(dose.recipe, plan.product.dilution.fluid)}"
    yield f"Make no earlier than {iso(dose.make_from)}."


def _end(dose: PlannedDose) -> datetime | timedelta:
    """End of an infusion; an injection is given a quarter of an hour in the calendar."""
    return _moment(dose.end) if dose.amount.minutes else timedelta(minutes=15)


def _all_day(plan: Plan, key: str, when: date, title: str, text: str) -> Event:
    event = _event(plan, key, title, text)
    event.add("dtstart", when)
    event.add("dtend", when + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _event(plan: Plan, key: str, title: str, text: str) -> Event:
    person = plan.person
    name = f"{plan.regimen.id}|{person}|{iso(plan.doses[0].start)}|{plan.tz}|{key}"
    event = Event()
    event.add("uid", f"{uuid.uuid5(SPACE, name)}@aldesim")
    event.add("summary", title)
    event.add("description", f"{text}\n{PLAN_NOTICE}")
    return event


def _moment(moment: datetime) -> datetime:
    """The moment in its zone, or in UTC where there is only an offset."""
    if moment.tzinfo is None or isinstance(moment.tzinfo, ZoneInfo):
        return moment
    return moment.astimezone(UTC)


def _listed(checks: tuple[Check, ...]) -> str:
    return "\n".join(
        f"- {' '.join(check.what.split())}" + (f" ({check.how_often})" if check.how_often else "")
        for check in checks
    )
