"""Deciding, for many patients at once, whether the dose that is due is given.

Each rule is judged on each patient's own signs. A comparison has three outcomes: true, false, and
not known (NaN). A dose is not given on a sign that should be there and is not known.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aldesim.care.conditions import COMPARE, Condition
from aldesim.care.rules import GIVE, HOLD, STOP_CYCLE, STOP_FOR_GOOD, Rule, RuleSet
from aldesim.care.signs import SIGNS, is_known
from aldesim.errors import InputError

HOURS_PER_DAY = 24
CLOCK_ROUNDING = 1e-6  # days; an 8-h slot is not a binary fraction of a day

Truth = tuple[np.ndarray, np.ndarray]  # (true, not known), bool, shape (n,)


@dataclass(frozen=True, eq=False)
class Memory:
    """What the clinic remembers between decisions; read-only arrays.

    Parameters
    ----------
    active : ndarray of bool, shape (n, rows)
        Rules in force; rows are the rules of the set and then its limits.
    since : ndarray, shape (n, rows)
        Day on which each came into force; NaN if not in force.
    clear_since : ndarray, shape (n, rows)
        Day since which the resume condition of a rule in force holds; NaN if it does not.
    stopped_in : ndarray of int, shape (n, rows)
        Cycle that a rule has stopped, 0 for none.
    looked_back : ndarray, shape (n, columns)
        Per comparison that looks back: day since which it is true, or an earlier value.
    given, held : ndarray of int, shape (n,)
        Doses of the cycle so far that were given, and that a rule held.
    time : float
        Day of the last decision; NaN before the first.
    cycle : int
        Cycle of the last decision.
    """

    active: np.ndarray
    since: np.ndarray
    clear_since: np.ndarray
    stopped_in: np.ndarray
    looked_back: np.ndarray
    given: np.ndarray
    held: np.ndarray
    time: float = float("nan")
    cycle: int = 0

    def __post_init__(self):
        for values in vars(self).values():
            if isinstance(values, np.ndarray):
                values.flags.writeable = False


@dataclass(frozen=True, eq=False)
class Decision:
    """What was decided and why.

    Parameters
    ----------
    rules : RuleSet
        The rules that decided.
    signs : dict of str to ndarray, shape (n,)
        The signs they looked at.
    time : float
        Day of the decision.
    action : ndarray of int8, shape (n,)
        GIVE, HOLD, STOP_CYCLE or STOP_FOR_GOOD.
    reasons : ndarray of bool, shape (n, rows)
        Rules that forbid the dose, set off now or still in force.
    triggered : ndarray of bool, shape (n, rows)
        Those among them that the signs of this moment set off.
    not_known : ndarray of bool, shape (n, rows)
        Rules that a missing value leaves undecided: they hold the dose too.
    memory : Memory
        To be handed to the next decision.
    """

    rules: RuleSet
    signs: dict[str, np.ndarray]
    time: float
    action: np.ndarray
    reasons: np.ndarray
    triggered: np.ndarray
    not_known: np.ndarray
    memory: Memory


def start_memory(rules: RuleSet, patients: int) -> Memory:
    """Memory before the first decision."""
    shape = (len(rules.ids), patients)
    return Memory(
        active=np.zeros(shape, dtype=bool).T,
        since=np.full(shape, np.nan).T,
        clear_since=np.full(shape, np.nan).T,
        stopped_in=np.zeros(shape, dtype=np.int16).T,
        looked_back=np.full((len(rules.memory_columns), patients), np.nan).T,
        given=np.zeros(patients, dtype=np.int16),
        held=np.zeros(patients, dtype=np.int16),
    )


def decide(
    rules: RuleSet,
    signs: Mapping[str, np.ndarray],
    memory: Memory | None,
    time: float,
    cycle: int = 1,
) -> Decision:
    """Decision on the dose that is due, for n patients at once.

    A rule once set off stays in force until its resume condition holds, for as long as it asks.
    Comparisons on signs that are not supplied cannot set a rule off, and are left out of resume
    conditions; `RuleSet.not_evaluated` lists the rules concerned. The limits of the set are judged
    after its rules: relative criteria in force at once, doses held by a rule and doses given in
    this cycle. A dose counts as given if that was the decision.

    Parameters
    ----------
    rules : RuleSet
        The rules.
    signs : mapping of str to ndarray, shape (n,)
        Values of the signs; NaN (or a grade of -1) where not known. Others than those the rules
        use are ignored.
    memory : Memory or None
        Of the decision before; None at the first.
    time : float
        Day from the first dose.
    cycle : int
        Number of the cycle; stops of an earlier cycle end, and persistence starts anew.

    Raises
    ------
    InputError
        If the rules use signs and none is supplied, or their lengths differ.
    """
    seen = _arrays(rules, signs)
    size = len(next(iter((seen or signs).values())))
    before = memory if memory is not None else start_memory(rules, size)
    if len(before.active) != size:
        raise InputError("decide", "memory", len(before.active), f"must be of {size} patients")
    judge = _Judge(rules, seen, before, time, cycle)
    shape = (len(rules.ids), size)
    count = len(rules.rules)
    triggered, not_known, clear, active = (np.zeros(shape, dtype=bool) for _ in range(4))
    was = before.active.T
    in_force = np.any(was, axis=1)
    for r, rule in enumerate(rules.rules):
        triggered[r], not_known[r] = judge.trigger(r, rule)
        if in_force[r] or rule.resume_remembers:
            clear[r] = judge.resume(r, rule)
    clear &= was & ~triggered
    clear_since = np.where(clear, np.fmin(before.clear_since.T, time), np.nan)
    lasted = time - clear_since[:count] >= rules.durations - CLOCK_ROUNDING
    active[:count] = triggered[:count] | (was[:count] & ~(clear[:count] & lasted))
    since = np.where(active, np.where(was, before.since.T, time), np.nan)
    stopped_in = before.stopped_in.T.copy()
    stopped_in[:count][triggered[:count] & (rules.codes == STOP_CYCLE)] = cycle
    reasons = active | (stopped_in == cycle)
    not_known &= ~reasons
    action = np.where(reasons[:count], rules.codes, HOLD * not_known[:count]).max(
        axis=0, initial=GIVE
    )
    given, held = before.given, before.held
    if cycle != before.cycle:
        given, held = np.zeros_like(given), np.zeros_like(held)
    held = held + ((action == HOLD) & reasons[:count].any(axis=0))
    counts = {
        "combination": relative_in_force(rules, reasons),
        "max_holds": held,
        "max_doses": given,
    }
    for r, (name, limit) in enumerate(rules.limits, start=len(rules.rules)):
        triggered[r] = counts[name] >= limit.count
        stopped_in[r][triggered[r]] = cycle
        reasons[r] = stopped_in[r] == cycle
        action = np.maximum(action, np.where(reasons[r], STOP_CYCLE, GIVE))
    return Decision(
        rules=rules,
        signs=seen,
        time=time,
        action=action.astype(np.int8),
        reasons=reasons.T,
        triggered=triggered.T,
        not_known=not_known.T,
        memory=Memory(
            active=active.T,
            since=since.T,
            clear_since=clear_since.T,
            stopped_in=stopped_in.T,
            looked_back=judge.looked_back.T,
            given=given + (action == GIVE),
            held=held,
            time=time,
            cycle=cycle,
        ),
    )


def relative_in_force(rules: RuleSet, reasons: np.ndarray) -> np.ndarray:
    """Number of relative criteria among the reasons.

    Parameters
    ----------
    rules : RuleSet
        The rules.
    reasons : ndarray of bool, shape (rows, n)
        Rules that forbid the dose.
    """
    relative = [r for r, rule in enumerate(rules.rules) if rule.kind == "relative"]
    return reasons[relative].sum(axis=0)


def _arrays(rules: RuleSet, signs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The signs that the rules use, as float arrays of one length."""
    seen = {
        name: np.atleast_1d(np.asarray(signs[name], dtype=float))
        for name in sorted(rules.signs)
        if name in signs
    }
    if rules.signs and not seen:
        raise InputError("decide", "signs", sorted(signs), "must hold a sign that the rules use")
    for name, values in seen.items():
        if values.ndim != 1 or values.shape != next(iter(seen.values())).shape:
            raise InputError("decide", name, values.shape, "must be of one length for all signs")
    return seen


class _Judge:
    """Truth of conditions at one decision; collects what the next one needs to look back."""

    def __init__(
        self,
        rules: RuleSet,
        signs: dict[str, np.ndarray],
        before: Memory,
        time: float,
        cycle: int,
    ):
        self._columns = rules.memory_columns
        self._known: dict[str, np.ndarray] = {}
        self._signs = signs
        self._before = before
        self._time = time
        self._same_stay = cycle == before.cycle
        self.looked_back = before.looked_back.T.copy()

    def trigger(self, r: int, rule: Rule) -> Truth:
        """Whether the rule is set off now."""
        verdict = self._judge(r, rule.when, leave_out=False)
        if verdict is None:
            nobody = np.zeros(len(self._before.active), dtype=bool)
            return nobody, nobody
        return verdict

    def resume(self, r: int, rule: Rule) -> np.ndarray:
        """Whether the resume condition holds now; a stop of the cycle may do without one."""
        if rule.resume is None:
            return np.full(len(self._before.active), rule.code != STOP_FOR_GOOD)
        verdict = self._judge(r, rule.resume, leave_out=True)
        return np.zeros(len(self._before.active), dtype=bool) if verdict is None else verdict[0]

    def _judge(self, r: int, condition: Condition, leave_out: bool) -> Truth | None:
        """Truth of a condition, or None if it rests on signs that are not supplied."""
        if condition.sign is not None:
            return self._compare(r, condition) if condition.sign in self._signs else None
        verdicts = [self._judge(r, part, leave_out) for part in condition.parts]
        known = [verdict for verdict in verdicts if verdict is not None]
        if not known or (condition.all and len(known) < len(verdicts) and not leave_out):
            return None
        true = np.array([verdict[0] for verdict in known])
        perhaps = np.array([verdict[0] | verdict[1] for verdict in known])
        join = np.logical_and.reduce if condition.all else np.logical_or.reduce
        met: np.ndarray = join(true, axis=0)
        return met, ~met & join(perhaps, axis=0)

    def _compare(self, r: int, leaf: Condition) -> Truth:
        name = str(leaf.sign)
        values, known = self._signs[name], self._known.get(name)
        if known is None:
            known = self._known[name] = is_known(name, values)
        if leaf.operator == "rising":
            earlier = self._before.looked_back[:, self._columns[r, leaf]]
            true = values > earlier + leaf.threshold
        elif leaf.operator == "fallen":
            highest = self._before.looked_back[:, self._columns[r, leaf]]
            true = highest - values > leaf.threshold
        else:
            true = COMPARE[leaf.operator](values, leaf.threshold)
        true = true & known
        if leaf.for_hours is not None:
            true = self._persists(r, leaf, true, known)
        elif leaf.remembers:
            self._remember_value(r, leaf, values, known)
        return true, ~known

    def _persists(self, r: int, leaf: Condition, true: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Whether the comparison has been true without a break for as long as it asks."""
        column = self._columns[r, leaf]
        since = self._before.looked_back[:, column]
        start = self._time
        if not self._same_stay:
            since = np.full_like(since, np.nan)
        elif SIGNS[str(leaf.sign)].over_interval:
            start = self._before.time  # a mean since then has been true since then
        since = np.where(true, np.where(np.isnan(since), start, since), since)
        since = np.where(known & ~true, np.nan, since)
        self.looked_back[column] = since
        lasted = HOURS_PER_DAY * (self._time - since + CLOCK_ROUNDING)
        return true & (lasted >= (leaf.for_hours or 0))

    def _remember_value(
        self, r: int, leaf: Condition, values: np.ndarray, known: np.ndarray
    ) -> None:
        """Keep the value to compare the next one with."""
        column = self._columns[r, leaf]
        kept = self._before.looked_back[:, column]
        if leaf.operator == "fallen":
            in_force = self._before.active[:, r]
            kept = np.where(in_force, np.fmax(kept, values), values)
        else:
            kept = np.where(known, values, kept)
        self.looked_back[column] = kept
