"""What a clinic does: hold and stop rules, toxicity grades, supportive orders."""

from aldesim.care.decide import Decision, Memory, decide, start_memory
from aldesim.care.explain import explain
from aldesim.care.grading import Grading, Term, grade, load_grading, read_grading
from aldesim.care.rules import (
    ACTION_NAMES,
    GIVE,
    HOLD,
    STOP_CYCLE,
    STOP_FOR_GOOD,
    Gap,
    Limit,
    Rule,
    RuleSet,
    load_rules,
    rule_set_names,
)
from aldesim.care.signs import SIGNS, Sign
from aldesim.care.support import Support, SupportMemory, load_support, orders, support_names
from aldesim.care.wording import RuleDifference, RuleRow, diff_rules, rule_rows

__all__ = [
    "ACTION_NAMES",
    "GIVE",
    "HOLD",
    "SIGNS",
    "STOP_CYCLE",
    "STOP_FOR_GOOD",
    "Decision",
    "Gap",
    "Grading",
    "Limit",
    "Memory",
    "Rule",
    "RuleDifference",
    "RuleRow",
    "RuleSet",
    "Sign",
    "Support",
    "SupportMemory",
    "Term",
    "decide",
    "diff_rules",
    "explain",
    "grade",
    "load_grading",
    "load_rules",
    "load_support",
    "orders",
    "read_grading",
    "rule_rows",
    "rule_set_names",
    "start_memory",
    "support_names",
]
