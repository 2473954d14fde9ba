"""A decision in words."""

import numpy as np

from aldesim.care.conditions import COMPARE, Condition
from aldesim.care.decide import Decision, relative_in_force
from aldesim.care.rules import HOLD, STOP_FOR_GOOD, Rule
from aldesim.care.signs import SIGNS, is_known, written

_VERB = {"hold": "hold", "stop_cycle": "stop the cycle", "stop_for_good": "stop for good"}


def explain(decision: Decision, i: int) -> str:
    """Reasons why patient `i` does not get this dose; empty if it is given.

    Parameters
    ----------
    decision : Decision
        From `decide`.
    i : int
        Row of the patient.

    Returns
    -------
    str
        Such as "HOLD-05 change of mental status: confusion_grade 2 (hold at 2 or more)"; several
        are joined by "; ".
    """
    parts = []
    rules = len(decision.rules.rules)
    for r in np.flatnonzero(decision.reasons[i] | decision.not_known[i]).tolist():
        if r >= rules:
            parts.append(_limit(decision, r, i))
            continue
        rule = decision.rules.rules[r]
        if decision.not_known[i, r]:
            why = _unknown(decision, rule, i)
        elif decision.triggered[i, r]:
            why = _met(decision, rule, i)
        else:
            why = _still(decision, rule, r, i)
        parts.append(f"{rule.id} {rule.title}: {why}")
    return "; ".join(parts)


def _met(decision: Decision, rule: Rule, i: int) -> str:
    """The comparisons that set the rule off."""
    return ", ".join(
        _reading(decision, leaf, i, _VERB[rule.action])
        for leaf in rule.when.comparisons()
        if leaf.sign in decision.signs and _true(decision, leaf, i, looking_back=True)
    )


def _limit(decision: Decision, r: int, i: int) -> str:
    """A limit of the set that has been reached."""
    name, limit = decision.rules.limits[r - len(decision.rules.rules)]
    head = f"{limit.id} {limit.title}"
    if not decision.triggered[i, r]:
        return f"{head}: cycle stopped earlier"
    count, what = {
        "combination": (
            relative_in_force(decision.rules, decision.reasons[i]),
            "relative criteria",
        ),
        "max_holds": (decision.memory.held[i], "doses held"),
        "max_doses": (decision.memory.given[i], "doses given"),
    }[name]
    return f"{head}: {count} {what} (stop the cycle at {limit.count} or more)"


def _still(decision: Decision, rule: Rule, r: int, i: int) -> str:
    """What a rule set off earlier still waits for."""
    since = decision.memory.since[i, r]
    begun = "" if np.isnan(since) else f" since day {since:.2f}"
    if rule.code == STOP_FOR_GOOD:
        return f"stopped for good{begun}"
    waiting = [
        _reading(decision, leaf, i, "held until")
        for leaf in (rule.resume.comparisons() if rule.resume else ())
        if leaf.sign in decision.signs and not _true(decision, leaf, i, looking_back=False)
    ]
    if waiting and decision.memory.active[i, r] and np.isnan(decision.memory.clear_since[i, r]):
        return ", ".join(waiting)
    if rule.duration_days and not np.isnan(decision.memory.clear_since[i, r]):
        return f"held until resolved for {rule.duration_days:g} days"
    return "in force" if rule.code == HOLD else "cycle stopped earlier"


def _unknown(decision: Decision, rule: Rule, i: int) -> str:
    names = {str(leaf.sign) for leaf in rule.when.comparisons() if leaf.sign in decision.signs}
    missing = [
        name for name in sorted(names) if not is_known(name, decision.signs[name][i : i + 1])[0]
    ]
    return f"cannot be judged, {', '.join(missing)} not known"


def _true(decision: Decision, leaf: Condition, i: int, looking_back: bool) -> bool:
    """Whether a comparison holds at this moment; `looking_back` if the moment cannot tell."""
    compare = COMPARE.get(leaf.operator)
    if compare is None:
        return looking_back
    return bool(compare(decision.signs[str(leaf.sign)][i], leaf.threshold))


def _reading(decision: Decision, leaf: Condition, i: int, verb: str) -> str:
    sign = str(leaf.sign)
    reading = written(sign, decision.signs[sign][i])
    if SIGNS[sign].kind == "flag" and verb != "held until":
        return reading
    return f"{reading} ({verb} {leaf.words()})"
