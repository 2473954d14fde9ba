"""Rule sets: when a clinic holds a dose, resumes, or stops; read from YAML."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from aldesim.care.conditions import Condition
from aldesim.shelf import shelf_file, shelf_names
from aldesim.yamlfile import check_unique, read_yaml

SHELF = Path(__file__).with_name("rules")

GIVE, HOLD, STOP_CYCLE, STOP_FOR_GOOD = range(4)
ACTION_NAMES = ("give", "hold", "stop_cycle", "stop_for_good")
LIMITS = ("combination", "max_holds", "max_doses")


class Rule(BaseModel):
    """One row of a rule set.

    Parameters
    ----------
    id, system, title, text : str
        Key, organ system, short name, the rule in plain words.
    action : str
        "hold", "stop_cycle" or "stop_for_good".
    when : Condition
        What sets it off.
    resume : Condition, optional
        What must be true before a later dose; a hold always has one, except a relative criterion,
        which is reassessed at each dose and holds while it is met.
    kind : str, optional
        "relative" (holds, and counts towards the combination) or "absolute" (one is enough to
        stop); none in a set that does not tell them apart.
    duration_days : float
        How long `resume` must have been true.
    operational : str
        How a simulation reads wording that is left to judgement.
    note : str
        Where the source is ambiguous, silent or in conflict with another.
    source : str
        Where the row comes from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    system: str
    title: str
    text: str
    action: Literal["hold", "stop_cycle", "stop_for_good"]
    when: Condition
    resume: Condition | None = None
    kind: Literal["relative", "absolute"] | None = None
    duration_days: Annotated[float, Field(ge=0)] = 0.0
    operational: str = ""
    note: str = ""
    source: str

    @model_validator(mode="after")
    def _whole(self) -> "Rule":
        if self.kind == "relative" and self.action != "hold":
            raise ValueError("a relative criterion holds; its action is hold")
        if self.kind == "absolute" and self.action != "stop_cycle":
            raise ValueError("an absolute criterion stops; its action is stop_cycle")
        if self.action == "hold" and self.kind != "relative" and self.resume is None:
            raise ValueError("a hold needs a resume condition")
        if self.action == "stop_for_good" and (self.resume or self.duration_days):
            raise ValueError("stop_for_good has no resume condition and no duration")
        if self.duration_days and self.resume is None:
            raise ValueError("duration_days needs a resume condition")
        if any(leaf.operator == "fallen" for leaf in self.when.comparisons()):
            raise ValueError("`fallen` is for resume conditions")
        return self

    @property
    def code(self) -> int:
        """Action as a number: HOLD, STOP_CYCLE or STOP_FOR_GOOD."""
        return ACTION_NAMES.index(self.action)

    @cached_property
    def resume_remembers(self) -> bool:
        """Whether the resume condition needs something from earlier decisions."""
        return self.resume is not None and any(c.remembers for c in self.resume.comparisons())

    @property
    def signs(self) -> frozenset[str]:
        """Signs that the row looks at."""
        conditions = [self.when] if self.resume is None else [self.when, self.resume]
        return frozenset(str(leaf.sign) for c in conditions for leaf in c.comparisons())


@dataclass(frozen=True)
class Gap:
    """A rule that cannot be judged in full because signs are not supplied.

    Parameters
    ----------
    rule : str
        Id of the rule.
    missing : tuple of str
        Signs that it needs and nobody supplies.
    partly : bool
        True if what remains can still set the rule off; false if it never can.
    """

    rule: str
    missing: tuple[str, ...]
    partly: bool


class Limit(BaseModel):
    """A count that stops the cycle once it is reached.

    Parameters
    ----------
    id, title, text : str
        Key, short name, the limit in plain words.
    count : int
        How many stop the cycle.
    operational, note, source : str
        As in `Rule`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    text: str
    count: Annotated[int, Field(ge=1)]
    operational: str = ""
    note: str = ""
    source: str


class RuleSet(BaseModel):
    """When a clinic holds, resumes and stops.

    Parameters
    ----------
    id, name, description, version : str
        Key, display name, plain words, which text it follows.
    rules : tuple of Rule
        In order.
    combination : Limit, optional
        Relative criteria in force at once that stop the cycle.
    max_holds : Limit, optional
        Doses held in a cycle that stop it.
    max_doses : Limit, optional
        Doses given in a cycle after which no more are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    description: str
    version: str
    rules: tuple[Rule, ...]
    combination: Limit | None = None
    max_holds: Limit | None = None
    max_doses: Limit | None = None

    @model_validator(mode="after")
    def _something_to_combine(self) -> "RuleSet":
        relative = sum(rule.kind == "relative" for rule in self.rules)
        if self.combination and self.combination.count > relative:
            raise ValueError(
                f"combination.count is {self.combination.count} but only {relative} rules are "
                "of kind relative"
            )
        return self

    @cached_property
    def limits(self) -> tuple[tuple[str, Limit], ...]:
        """Limits of the set, each with its field name."""
        named = ((name, getattr(self, name)) for name in LIMITS)
        return tuple((name, limit) for name, limit in named if limit is not None)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of the rules and then of the limits: the columns of a decision's reasons."""
        return (*(rule.id for rule in self.rules), *(limit.id for _, limit in self.limits))

    @cached_property
    def signs(self) -> frozenset[str]:
        """Signs that any rule looks at."""
        return frozenset().union(*(rule.signs for rule in self.rules))

    @cached_property
    def codes(self) -> np.ndarray:
        """Action of each rule as a number, shape (rules, 1)."""
        return np.array([rule.code for rule in self.rules], dtype=np.int8)[:, np.newaxis]

    @cached_property
    def durations(self) -> np.ndarray:
        """How long each rule's resume condition must have been true, days, shape (rules, 1)."""
        return np.array([rule.duration_days for rule in self.rules])[:, np.newaxis]

    @cached_property
    def memory_columns(self) -> dict[tuple[int, Condition], int]:
        """Column of the memory for each (rule, comparison) that looks back."""
        columns: dict[tuple[int, Condition], int] = {}
        for r, rule in enumerate(self.rules):
            for condition in (rule.when, rule.resume):
                for leaf in condition.comparisons() if condition else ():
                    if leaf.remembers:
                        columns.setdefault((r, leaf), len(columns))
        return columns

    def not_evaluated(self, signs) -> tuple[Gap, ...]:
        """Rules that rest on signs which are not among those supplied.

        Parameters
        ----------
        signs : collection of str
            Names of the signs supplied; a mapping of them will do.
        """
        supplied = frozenset(signs)
        return tuple(
            Gap(rule.id, tuple(sorted(rule.signs - supplied)), rule.when.can_be_met(supplied))
            for rule in self.rules
            if rule.signs - supplied
        )


def rule_set_names() -> list[str]:
    """Names of the rule sets that come with the program."""
    return shelf_names(SHELF)


def load_rules(name_or_path: str | Path) -> RuleSet:
    """Rule set by its name on the shelf, or from a YAML file of one's own, checked row by row.

    Parameters
    ----------
    name_or_path : str or Path
        A name of `rule_set_names()`, or a path ending in .yaml or .yml.

    Raises
    ------
    InputError
        If there is no such rule set, or a field of the file is wrong; names file, rule and field.
    """
    path = shelf_file("rules", name_or_path, SHELF)
    rules = read_yaml(path, RuleSet)
    check_unique("/".join(path.parts[-2:]), "rules", list(rules.ids))
    return rules
