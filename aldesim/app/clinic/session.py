"""Answers of the clinic page; they depend on nothing but the question."""

import base64
import math
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from aldesim.app.asked import chosen, fields, number, text
from aldesim.care import diff_rules, load_rules, rule_rows, rule_set_names
from aldesim.care.eligibility import (
    ITEMS,
    Screening,
    criteria_names,
    load_criteria,
    read_patient,
    screen,
)
from aldesim.care.eligibility.items import DERIVED
from aldesim.drug import products
from aldesim.errors import InputError
from aldesim.plan import handout, parse_start, plan, shipped_rates
from aldesim.plan.html import to_html
from aldesim.plan.ics import to_icalendar
from aldesim.plan.spreadsheet import to_csv
from aldesim.regimen import load_regimen, regimen_names
from aldesim.report.wording import words

LARGEST_PATIENT = 500_000  # characters
KINDS = {"yaml": ".yaml", "json": ".json"}
LONGEST_WORD = 64


class Clinic:
    """Answers of the clinic page."""

    def items(self, criteria: Any) -> list[dict[str, Any]]:
        """What a list of criteria asks of a patient: the fields of the screening form."""
        found = load_criteria(chosen("criteria", criteria, criteria_names()))
        needed = {name for row in found.criteria for name in row.items}
        needed |= {"age_years", "sex", "body_weight_kg"}
        return [
            {
                "name": name,
                "words": item.words,
                "kind": item.kind,
                "unit": item.unit,
                "options": list(item.options),
                "low": item.low if math.isfinite(item.low) else None,
                "high": item.high if math.isfinite(item.high) else None,
                "whole": item.whole,
            }
            for name, item in ITEMS.items()
            if name in needed and name not in DERIVED
        ]

    def screen(self, criteria: Any, values: Any) -> dict[str, Any]:
        """Verdict on every criterion for what the form says of a patient."""
        asked = fields("patient", values)
        given = {name: value for name, value in asked.items() if value not in (None, "")}
        content = yaml.safe_dump(_plain(given), allow_unicode=True)
        return self.read(criteria, "yaml", content)

    def read(self, criteria: Any, kind: Any, content: Any) -> dict[str, Any]:
        """The same for a patient's file: YAML, or a FHIR R4 bundle in JSON."""
        found = load_criteria(chosen("criteria", criteria, criteria_names()))
        suffix = KINDS[chosen("patient", kind, KINDS)]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"patient{suffix}"
            path.write_text(text("patient", content, LARGEST_PATIENT), "utf-8", errors="replace")
            patient = read_patient(path)
        return _screened(screen(patient, found))

    def plan(self, asked: Any) -> dict[str, Any]:
        """A course on the calendar: a page to print, iCalendar, spreadsheet."""
        given = fields("plan", asked)
        leaves = given.get("discharge")
        made = plan(
            chosen("regimen", given.get("regimen"), regimen_names()),
            weight_kg=number("plan", "weight", given.get("weight")),
            start=parse_start(text("start", given.get("start"), LONGEST_WORD)),
            height_cm=_or_none(given, "height"),
            product=chosen("product", given["product"], products())
            if given.get("product")
            else None,
            rules=chosen("rules", given["rules"], rule_set_names()) if given.get("rules") else None,
            tz=text("tz", given["tz"], LONGEST_WORD) if given.get("tz") else None,
            discharge=_day(leaves) if leaves else None,
        )
        return {
            "page": to_html(made),
            "files": [
                _file("course.ics", "text/calendar", to_icalendar(made)),
                _file("course.csv", "text/csv", to_csv(made).encode()),
            ],
        }

    def handout(self, regimen: Any) -> dict[str, str]:
        """Plain-language handout on a regimen, as a page to print."""
        found = load_regimen(chosen("regimen", regimen, regimen_names()))
        return {"page": handout(found, shipped_rates(found.id)).to_html()}

    def rules(self, name: Any, beside: Any) -> dict[str, Any]:
        """A rule set to read; with a second one, in what they differ."""
        left = load_rules(chosen("rules", name, rule_set_names()))
        about = {"name": left.name, "about": " ".join(left.description.split())}
        if not beside:
            head = ["", "Rule", "Action", "When", "Dose again when", "Source"]
            rows = [
                [row.id, f"{row.title} {row.kind}".strip(), row.action, words(row.when),
                 words(row.resume), row.source]
                for row in rule_rows(left)
            ]  # fmt: skip
            return about | {"head": head, "rows": rows}
        right = load_rules(chosen("rules", beside, rule_set_names()))
        return about | {
            "head": ["", "Rule", "Differs in", left.name, right.name],
            "rows": [
                [d.id, d.title, d.field, words(d.left), words(d.right)]
                for d in diff_rules(left, right)
            ],
        }


def _screened(found: Screening) -> dict[str, Any]:
    return {
        "verdict": found.verdict,
        "criteria": found.criteria.name,
        "head": ["Criterion", "Verdict", "Patient", "Required", "Source"],
        "rows": [
            [
                f"{row.title}" if row.level == "required" else f"{row.title} (caution)",
                row.verdict,
                row.value,
                row.threshold,
                row.source,
            ]
            for row in found.findings
        ],
        "unread": list(found.unread),
    }


def _plain(values: dict[str, Any]) -> dict[str, str | float | bool]:
    for name, value in values.items():
        if not isinstance(value, str | int | float | bool):
            raise InputError("patient", name, type(value).__name__, "must be a number or a word")
    return values


def _file(name: str, media: str, content: bytes) -> dict[str, str]:
    return {"name": name, "type": media, "content": base64.b64encode(content).decode()}


def _or_none(given: dict[str, Any], name: str) -> float | None:
    value = given.get(name)
    return None if value in (None, "") else number("plan", name, value)


def _day(value: Any) -> date:
    written = text("discharge", value, LONGEST_WORD)
    try:
        return date.fromisoformat(written)
    except ValueError:
        allowed = "must be a day such as 2026-12-05"
        raise InputError("plan", "discharge", written, allowed) from None
