"""Dates that follow from the last dose: discharge, evaluation, earliest next course."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from aldesim.errors import InputError
from aldesim.plan.course import Milestone, PlannedDose
from aldesim.regimen import FollowUp, Regimen

DAYS_PER_WEEK = 7


def milestones(
    regimen: Regimen, doses: Sequence[PlannedDose], discharge: date | None
) -> tuple[Milestone, ...]:
    """Milestones of a course, in order of time.

    Parameters
    ----------
    regimen : Regimen
        Names the intervals.
    doses : sequence of PlannedDose
        All doses, in order.
    discharge : date, optional
        Day of discharge; by default the day after the last dose.

    Raises
    ------
    InputError
        If the discharge lies before the last dose.
    """
    last = doses[-1].end.date()
    if discharge is not None and discharge < last:
        allowed = f"must not be before the last dose, {last.isoformat()}"
        raise InputError("plan", "discharge", discharge.isoformat(), allowed)
    home = discharge or last + timedelta(days=1)
    found = list(_after(regimen.follow_up, doses, home)) if regimen.follow_up else []
    if regimen.setting == "inpatient":
        text = "As given." if discharge else "Assumed: the day after the last planned dose."
        found.append(Milestone("discharge", home, "Discharge", text))
    return tuple(sorted(found, key=lambda milestone: milestone.date))


def _after(follow_up: FollowUp, doses: Sequence[PlannedDose], home: date) -> Iterator[Milestone]:
    """Evaluation and the earliest next course."""
    last = doses[-1].end.date()
    if follow_up.evaluation_weeks is not None:
        yield Milestone(
            "evaluation",
            last + _weeks(follow_up.evaluation_weeks),
            "Evaluation of response",
            f"About {follow_up.evaluation_weeks:g} weeks after the last dose.",
        )
    if follow_up.next_course_weeks is None:
        return
    origin, words = {
        "discharge": (home, "discharge"),
        "last_dose": (last, "the last dose"),
        "first_dose": (_first_of_last_cycle(doses), "the first dose of the last cycle"),
    }[follow_up.counted_from]
    text = f"At least {_counted(follow_up.next_course_weeks)} after {words}. {follow_up.condition}"
    yield Milestone(
        "next_course",
        origin + _weeks(follow_up.next_course_weeks),
        "Earliest next course",
        " ".join(text.split()),
    )


def _first_of_last_cycle(doses: Sequence[PlannedDose]) -> date:
    return next(dose.start.date() for dose in doses if dose.cycle == doses[-1].cycle)


def _weeks(weeks: float) -> timedelta:
    return timedelta(days=round(weeks * DAYS_PER_WEEK))


def _counted(weeks: float) -> str:
    return f"{weeks:g} week" + ("" if weeks == 1 else "s")
