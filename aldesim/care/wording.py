"""Rule sets in words: rows of a printed form, and what differs between two sets."""

from dataclasses import dataclass

from aldesim.care.conditions import Condition
from aldesim.care.rules import Limit, Rule, RuleSet
from aldesim.care.signs import SIGNS

_COUNTED = {
    "combination": "relative criteria at once",
    "max_holds": "doses held in the cycle",
    "max_doses": "doses given in the cycle",
}


@dataclass(frozen=True)
class RuleRow:
    """One row of a rule set as it would be printed.

    Parameters
    ----------
    id, system, title : str
        Key, organ system ("limit" for a limit of the set), short name.
    kind : str
        "relative", "absolute" or "".
    action : str
        "hold", "stop cycle" or "stop for good".
    when, resume : str
        What sets it off, and what must be true before a later dose, with thresholds and units.
    text, operational, note, source : str
        As in the rule set.
    """

    id: str
    system: str
    title: str
    kind: str
    action: str
    when: str
    resume: str
    text: str
    operational: str
    note: str
    source: str


@dataclass(frozen=True)
class RuleDifference:
    """One thing in which two rule sets differ.

    Parameters
    ----------
    id, title : str
        Row concerned.
    field : str
        "kind", "action", "when" or "resume"; "row" if only one of the sets has it.
    left, right : str
        What each of them says; "" if it has no such row.
    """

    id: str
    title: str
    field: str
    left: str
    right: str


def condition_words(condition: Condition) -> str:
    """A condition as one phrase, such as "SBP below 90 mmHg and pressor_rising yes"."""
    if condition.sign is not None:
        return f"{condition.sign} {condition.words(SIGNS[condition.sign].unit)}"
    parts = [
        f"({condition_words(part)})" if part.sign is None else condition_words(part)
        for part in condition.parts
    ]
    return (" and " if condition.all else " or ").join(parts)


def rule_rows(rules: RuleSet) -> list[RuleRow]:
    """Rows of the set in order, its limits last.

    Examples
    --------
    >>> from aldesim.care import load_rules, rule_rows
    >>> rule_rows(load_rules("label_plr"))[3].when
    'SpO2 below 90 %'
    """
    rows = [
        RuleRow(
            id=rule.id,
            system=rule.system,
            title=rule.title,
            kind=rule.kind or "",
            action=rule.action.replace("_", " "),
            when=condition_words(rule.when),
            resume=_resume(rule),
            text=rule.text.strip(),
            operational=rule.operational.strip(),
            note=rule.note.strip(),
            source=rule.source.strip(),
        )
        for rule in rules.rules
    ]
    return rows + [_limit_row(name, limit) for name, limit in rules.limits]


def diff_rules(left: RuleSet, right: RuleSet) -> list[RuleDifference]:
    """What decides differently in two sets: rows of one id compared, rows of one set alone.

    Wording, notes and sources are not compared.

    Parameters
    ----------
    left, right : RuleSet
        The sets.

    Returns
    -------
    list of RuleDifference
        In the order of `left`, then rows of `right` alone; empty if both decide alike.
    """
    ours = {row.id: row for row in rule_rows(left)}
    theirs = {row.id: row for row in rule_rows(right)}
    found = []
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        a, b = ours.get(name), theirs.get(name)
        if a is None or b is None:
            title = next(row.title for row in (a, b) if row is not None)
            found.append(RuleDifference(name, title, "row", _summary(a), _summary(b)))
            continue
        title = a.title if a.title == b.title else f"{a.title} / {b.title}"
        found += [
            RuleDifference(name, title, field, getattr(a, field), getattr(b, field))
            for field in ("kind", "action", "when", "resume")
            if getattr(a, field) != getattr(b, field)
        ]
    return found


def _resume(rule: Rule) -> str:
    if rule.resume is not None:
        words = condition_words(rule.resume)
        lasting = f" for {rule.duration_days:g} days" if rule.duration_days else ""
        return f"{words}{lasting}"
    return {"hold": "no longer met", "stop_cycle": "in the next cycle"}.get(rule.action, "never")


def _limit_row(name: str, limit: Limit) -> RuleRow:
    return RuleRow(
        id=limit.id,
        system="limit",
        title=limit.title,
        kind="",
        action="stop cycle",
        when=f"{limit.count} or more {_COUNTED[name]}",
        resume="in the next cycle",
        text=limit.text.strip(),
        operational=limit.operational.strip(),
        note=limit.note.strip(),
        source=limit.source.strip(),
    )


def _summary(row: RuleRow | None) -> str:
    return "" if row is None else f"{row.action}: {row.when}"
