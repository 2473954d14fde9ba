"""What rules, orders and schedules ask for that the simulation does not have."""

from collections.abc import Iterable, Mapping

from aldesim.care import RuleSet, Support
from aldesim.care.measurement import Schedule
from aldesim.errors import InputError
from aldesim.trial.events import EventKind
from aldesim.trial.signs import CHARTED_ONLY, DERIVED, IMPLIED, READ


def supplied_signs(event_kinds: Iterable[EventKind]) -> frozenset[str]:
    """Signs that a trial with these events supplies to rules, grades and orders."""
    events = {kind.sign for kind in event_kinds}
    implied = {sign for sign, cause in IMPLIED.items() if cause in events}
    return frozenset({*READ, *DERIVED, *events, *implied})


def rules_not_evaluated(rules: RuleSet, supplied: frozenset[str]) -> list[dict[str, object]]:
    """Rules that rest on signs which are not simulated: id, text, signs, partly."""
    texts = {rule.id: rule.text for rule in rules.rules}
    return [
        {
            "id": gap.rule,
            "text": " ".join(texts[gap.rule].split()),
            "signs": list(gap.missing),
            "partly": gap.partly,
        }
        for gap in rules.not_evaluated(supplied)
    ]


def orders_not_simulated(support: Support, inputs: Mapping[str, float]) -> list[dict[str, str]]:
    """Supportive orders for drugs that the model does not have: id, drug, input."""
    return [
        {"id": order.id, "drug": order.drug, "input": order.input}
        for order in support.not_simulated(inputs)
    ]


def check_signs(measurement: Schedule | None, support: Support, supplied: frozenset[str]) -> None:
    """Refuse readings that no chart uses, and orders on signs that a trial does not have.

    Raises
    ------
    InputError
        Naming schedule or orders, and the sign.
    """
    if measurement is not None:
        readable = {*READ, *CHARTED_ONLY}
        for sign in measurement.signs:
            if sign not in readable:
                allowed = f"is not read; a schedule has {', '.join(sorted(readable))}"
                raise InputError(f"measurement {measurement.id}", "sign", sign, allowed)
    for order in support.orders:
        for condition in (order.when, order.unless):
            for leaf in condition.comparisons() if condition else ():
                if leaf.sign not in supplied:
                    where, field = f"support {support.id}", f"orders[{order.id}].sign"
                    allowed = "is not simulated; an order cannot rest on it"
                    raise InputError(where, field, leaf.sign, allowed)
