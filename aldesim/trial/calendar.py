"""The doses of all courses of a trial on its common clock, and the scans that courses need.

Every patient's first dose is day 0. A further course begins on one common day for all who may have
it: the first whole day by which even the longest stay of the course before has ended long enough
ago. Whoever left hospital earlier waits a little longer than the least.
"""

from dataclasses import dataclass

import numpy as np

from aldesim.errors import InputError
from aldesim.regimen import Regimen, Slots
from aldesim.timeunits import HOURS_PER_DAY

DAYS_PER_WEEK = 7
EVALUATION_WEEKS = 4.0
"""After the last dose (US prescribing information for aldesleukin, evaluation of response)."""
NEXT_COURSE_WEEKS = 7.0
"""From discharge, at the least (US prescribing information for aldesleukin, retreatment)."""
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Calendar:
    """Planned doses of every course.

    Parameters
    ----------
    slots : Slots
        Of all courses in order of time; cycles are numbered through.
    course : ndarray of int, shape (s,)
        Course of each slot, from 1.
    first_days : tuple of int
        Day on which each course begins.
    evaluation_days : tuple of int
        Day of the scan after each course.
    home : ndarray of bool, shape (s,)
        The dose is given outside hospital.
    continuation_day : int, optional
        Day on which doses at home begin that follow the courses.
    """

    slots: Slots
    course: np.ndarray
    first_days: tuple[int, ...]
    evaluation_days: tuple[int, ...]
    home: np.ndarray
    continuation_day: int | None = None

    def continues(self, index: int) -> bool:
        """Whether a slot belongs to the doses at home after the courses."""
        return bool(self.course[index] > len(self.first_days))

    def opens_course(self, index: int) -> bool:
        """Whether a slot is the first of a course."""
        return index == 0 or bool(self.course[index] != self.course[index - 1])

    def ends_cycle(self, index: int) -> bool:
        """Whether a slot is the last of its cycle."""
        cycle = self.slots.cycle
        return index + 1 == len(cycle) or bool(cycle[index + 1] != cycle[index])

    def scan_days(self, others: tuple[int, ...]) -> tuple[int, ...]:
        """Other scan days, with those that decide on a further course."""
        if len(self.first_days) > 1:
            others = (*others, *self.evaluation_days, *self.first_days[1:])
        if self.continuation_day is not None:
            others = (*others, self.continuation_day)
        return tuple(sorted(set(others)))


def course_calendar(regimen: Regimen, courses: int, ward_hours_after_last_slot: int) -> Calendar:
    """Calendar of a number of courses of one regimen.

    Parameters
    ----------
    regimen : Regimen
        One course; its own follow-up says when the next may begin, else the US label does.
    courses : int
        How many courses a patient may have.
    ward_hours_after_last_slot : int
        Longest stay in hospital after a cycle's last planned dose, hours.

    Raises
    ------
    InputError
        If the regimen asks for the next course before the one before has ended.
    """
    one = regimen.slots()
    last = float(one.time[-1])
    plan = regimen.follow_up
    weeks = (plan and plan.next_course_weeks) or NEXT_COURSE_WEEKS
    counted = plan.counted_from if plan and plan.next_course_weeks else "discharge"
    start = {
        "discharge": last + ward_hours_after_last_slot / HOURS_PER_DAY,
        "last_dose": last,
        "first_dose": 0.0,
    }[counted]
    period = int(np.ceil(start + DAYS_PER_WEEK * weeks - _ROUNDING))
    ended = last + max(float(one.duration[-1]), ward_hours_after_last_slot / HOURS_PER_DAY)
    if courses > 1 and period <= ended:
        raise InputError(
            f"regimen {regimen.id}",
            "follow_up.next_course_weeks",
            weeks,
            f"must be long enough for the course before to end (day {ended:.1f})",
        )
    after = (plan and plan.evaluation_weeks) or EVALUATION_WEEKS
    evaluation = min(int(np.ceil(last + DAYS_PER_WEEK * after - _ROUNDING)), period)
    number = np.repeat(np.arange(courses), len(one))

    def repeated(values: np.ndarray) -> np.ndarray:
        return np.tile(values, courses)

    return Calendar(
        slots=Slots(
            cycle=repeated(one.cycle) + number * int(one.cycle.max()),
            slot=repeated(one.slot),
            time=repeated(one.time) + number * float(period),
            duration=repeated(one.duration),
            route=repeated(one.route),
            amount=repeated(one.amount),
            unit=repeated(one.unit),
        ),
        course=number + 1,
        first_days=tuple(period * k for k in range(courses)),
        evaluation_days=tuple(period * k + evaluation for k in range(courses)),
        home=np.full(len(number), ward_hours_after_last_slot == 0),
    )


def continued(
    calendar: Calendar,
    regimen: Regimen,
    *,
    weeks: int,
    from_day: int | None,
    ward_hours_after_last_slot: int,
) -> Calendar:
    """A calendar with doses at home after its courses.

    Parameters
    ----------
    calendar : Calendar
        The courses.
    regimen : Regimen
        What is given at home. When it has ended it begins again after the rest that its own
        follow-up asks for, else with the next whole week.
    weeks : int
        For how long.
    from_day : int, optional
        First day; by default that of the evaluation after the last course.
    ward_hours_after_last_slot : int
        Longest stay in hospital after a cycle's last planned dose, hours.

    Raises
    ------
    InputError
        If it would begin before the longest stay has ended.
    """
    slots, one = calendar.slots, regimen.slots()
    last = float(slots.time[-1])
    ended = last + max(float(slots.duration[-1]), ward_hours_after_last_slot / HOURS_PER_DAY)
    first = calendar.evaluation_days[-1] if from_day is None else from_day
    if first <= ended:
        allowed = f"must be after the courses have ended (day {ended:.1f})"
        raise InputError("scenario", "continuation.from_day", first, allowed)
    period = _period_at_home(regimen)
    times = np.arange(-(-DAYS_PER_WEEK * weeks // period)).repeat(len(one)) * period
    times = times + np.tile(one.time, len(times) // len(one))
    kept = np.flatnonzero(times < DAYS_PER_WEEK * weeks)
    of_one, round_ = kept % len(one), kept // len(one)
    more = {
        "cycle": one.cycle[of_one] + round_ * int(one.cycle.max()) + int(slots.cycle.max()),
        "slot": one.slot[of_one],
        "time": first + times[kept],
        "duration": one.duration[of_one],
        "route": one.route[of_one],
        "amount": one.amount[of_one],
        "unit": one.unit[of_one],
    }
    return Calendar(
        slots=Slots(**{n: np.concatenate([getattr(slots, n), more[n]]) for n in more}),
        course=np.append(calendar.course, np.full(len(kept), len(calendar.first_days) + 1)),
        first_days=calendar.first_days,
        evaluation_days=calendar.evaluation_days,
        home=np.append(calendar.home, np.ones(len(kept), dtype=bool)),
        continuation_day=first,
    )


def _period_at_home(regimen: Regimen) -> int:
    """Days from one beginning of a regimen at home to the next."""
    last = float(regimen.slots().time[-1])
    plan = regimen.follow_up
    if plan is None or plan.next_course_weeks is None:
        return DAYS_PER_WEEK * (int(last) // DAYS_PER_WEEK + 1)
    start = 0.0 if plan.counted_from == "first_dose" else last
    days = int(np.ceil(start + DAYS_PER_WEEK * plan.next_course_weeks - _ROUNDING))
    return max(days, int(last) + 1)
