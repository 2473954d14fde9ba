"""What rules and orders ask for that the simulation does not have; a run says so."""

from collections.abc import Iterable, Mapping

from aldesim.care import RuleSet, Support
from aldesim.trial.events import EventKind
from aldesim.trial.signs import DERIVED, IMPLIED, READ


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
