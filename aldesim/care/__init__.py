"""What a clinic does: hold and stop rules, toxicity grades, supportive orders."""

from aldesim.care.decide import Decision, Memory, decide, start_memory
from aldesim.care.explain import explain
from aldesim.care.rules import (
    ACTION_NAMES,
    GIVE,
    HOLD,
    STOP_CYCLE,
    STOP_FOR_GOOD,
    Gap,
    Rule,
    RuleSet,
    load_rules,
    rule_set_names,
)
from aldesim.care.signs import SIGNS, Sign

__all__ = [
    "ACTION_NAMES",
    "GIVE",
    "HOLD",
    "SIGNS",
    "STOP_CYCLE",
    "STOP_FOR_GOOD",
    "Decision",
    "Gap",
    "Memory",
    "Rule",
    "RuleSet",
    "Sign",
    "decide",
    "explain",
    "load_rules",
    "rule_set_names",
    "start_memory",
]
