"""`aldesim screen`, `plan`, `regimens`, `rules`: the clinic step by step, without a simulation."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from aldesim.commands.terminal import close, table
from aldesim.errors import InputError

if TYPE_CHECKING:
    from aldesim.plan import Plan
    from aldesim.regimen import Regimen


def screen(patient: Path, *, rules: str = "label_legacy", complete_history: bool = False) -> int:
    """Screen one patient for eligibility: every criterion met, not met or not known.

    Exit code 0: eligible, 1: not eligible, 3: undecided.

    Parameters
    ----------
    patient
        YAML file, or a FHIR R4 bundle in JSON.
    rules
        List of criteria: a name on the shelf or a path ending in .yaml.
    complete_history
        The bundle holds the whole history: what it does not mention is absent.
    """
    from aldesim.care.eligibility import load_criteria, read_patient, screen

    criteria = load_criteria(rules)
    found = screen(read_patient(patient, complete_history=complete_history), criteria)
    rows = [
        (f.id, f.title, f.verdict if f.level == "required" else f"{f.verdict} (caution)", f.value,
         f.threshold, f.source)
        for f in found.findings
    ]  # fmt: skip
    head = ["", "criterion", "verdict", "value", "required", "source"]
    table(head, rows, title=f"{found.patient}: {criteria.name}")
    for text in found.unread:
        print(f"Not read: {text}")
    close({"Verdict": found.verdict})
    return found.exit_code


def plan(
    *,
    regimen: str,
    weight: float,
    start: str,
    height: float | None = None,
    bsa: float | None = None,
    tz: str | None = None,
    product: str | None = None,
    rules: str | None = None,
    discharge: date | None = None,
    csv: Path | None = None,
    ics: Path | None = None,
    html: Path | None = None,
    handout: bool = False,
    run: Path | None = None,
) -> int:
    """Plan a course: every dose on the calendar with its vials, and what to watch.

    Parameters
    ----------
    regimen
        A name from `aldesim regimens`, or a path ending in .yaml.
    weight
        Body weight, kg.
    start
        Day and time of the first dose, such as 2026-11-30T08:00.
    height
        Body height, cm; for doses per m2.
    bsa
        Body surface area, m2, instead of the height.
    tz
        Time zone, such as Europe/Berlin, so that clock changes are kept.
    product
        Vial: a name on the shelf or a path ending in .yaml.
    rules
        Rule set checked before each dose (default: the regimen's own).
    discharge
        Day of discharge, for the earliest next course.
    csv
        Spreadsheet to write.
    ics
        iCalendar file to write.
    html
        Printable page to write.
    handout
        Print the plain-language handout instead; with --html, write it.
    run
        Run folder whose toxicity the handout shows (default: the numbers shipped).
    """
    from aldesim.plan import parse_start
    from aldesim.plan import plan as make_plan
    from aldesim.regimen import load_regimen

    chosen = load_regimen(regimen)
    if handout:
        return _handout(chosen, run, html)
    made = make_plan(
        chosen,
        weight_kg=weight,
        start=parse_start(start),
        height_cm=height,
        BSA_m2=bsa,
        product=product,
        rules=rules,
        tz=tz,
        discharge=discharge,
    )
    _write_plan(made, csv, ics, html)
    return 0


def _write_plan(made: "Plan", csv: Path | None, ics: Path | None, html: Path | None) -> None:
    """Write the files asked for; print the plan if none was."""
    if csv:
        from aldesim.plan.spreadsheet import to_csv

        _write(csv, to_csv(made).encode())
    if ics:
        from aldesim.plan.ics import to_icalendar

        _write(ics, to_icalendar(made))
    if html:
        from aldesim.plan.html import to_html

        _write(html, to_html(made).encode())
    if not (csv or ics or html):
        from aldesim.plan.text import to_text

        sys.stdout.write(to_text(made))


def _handout(regimen: "Regimen", run: Path | None, html: Path | None) -> int:
    from aldesim.plan import handout, rates_of_run, shipped_rates

    rates = rates_of_run(run) if run else shipped_rates(regimen.id)
    made = handout(regimen, rates)
    if html:
        _write(html, made.to_html().encode())
    else:
        sys.stdout.write(made.to_text())
    return 0


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputError("file", "", str(path), f"cannot be written: {error.strerror}") from None
    print(path)


def regimens() -> int:
    """List the regimens on the shelf, with sources."""
    from aldesim.regimen import load_regimen, regimen_names

    found = [load_regimen(name) for name in regimen_names()]
    rows = [(r.id, r.name, r.route, str(len(r.slots())), " ".join(r.source.split())) for r in found]
    table(["regimen", "name", "route", "doses", "source"], rows)
    return 0


def rules() -> int:
    """List the rule sets on the shelf."""
    from aldesim.care import load_rules, rule_set_names

    found = [load_rules(name) for name in rule_set_names()]
    table(["rule set", "name", "rows"], [(r.id, r.name, str(len(r.rules))) for r in found])
    return 0


def show_rules(name: str) -> int:
    """Print a rule set: what holds or stops a dose, when it may go on, and the source.

    Parameters
    ----------
    name
        A rule set of the shelf, or a path ending in .yaml: a file of one's own is checked.
    """
    from aldesim.care import load_rules, rule_rows

    found = load_rules(name)
    rows = [
        (row.id, f"{row.title} {row.kind}".rstrip(), row.action, row.when, row.resume, row.source)
        for row in rule_rows(found)
    ]
    table(["", "rule", "action", "when", "dose again when", "source"], rows, title=found.name)
    return 0


def diff_rules(left: str, right: str) -> int:
    """Print in what two rule sets differ.

    Parameters
    ----------
    left, right
        Rule sets of the shelf, or paths ending in .yaml.
    """
    from aldesim.care import diff_rules, load_rules

    a, b = load_rules(left), load_rules(right)
    rows = [(d.id, d.title, d.field, d.left, d.right) for d in diff_rules(a, b)]
    table(["", "rule", "field", a.id, b.id], rows)
    return 0
