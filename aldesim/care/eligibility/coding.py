"""Code systems of patient records, mapped to the items of eligibility; the tables are data."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aldesim.care.eligibility.items import ITEMS
from aldesim.care.eligibility.patient import Value

HERE = Path(__file__).parent

SYSTEMS = {
    "http://loinc.org": "loinc",
    "http://snomed.info/sct": "snomed",
    "http://hl7.org/fhir/sid/icd-10": "icd10",
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": "icd10",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "http://www.whocc.no/atc": "atc",
}
"""Code systems by the URI that FHIR uses."""

LOCAL_ROUTES = {
    "6064005": "topical",
    "46713006": "nasal",
    "54485002": "ophthalmic",
    "447694001": "inhaled",
}
"""SNOMED CT routes by which a drug is not systemic."""


@dataclass(frozen=True)
class Meaning:
    """What a code says.

    Parameters
    ----------
    item : str
        Item concerned; "" for a code that is understood and says nothing of eligibility.
    value, resolved : bool, str or None
        Value of the item while the condition lasts, and once it is over; None for neither.
    """

    item: str
    value: Value | None
    resolved: Value | None


def meaning(system: str, code: str) -> Meaning | None:
    """What a code says, or None if the tables do not hold it.

    Parameters
    ----------
    system : str
        URI of the code system.
    code : str
        The code.
    """
    short = SYSTEMS.get(system)
    exact, prefixes = _codes()
    if (short, code) in exact:
        return exact[short, code]
    return next((m for s, stem, m in prefixes if s == short and code.startswith(stem)), None)


def answer(system: str, code: str) -> bool | float | None:
    """Value of a coded result, or None if the table does not hold it."""
    return _answers().get((SYSTEMS.get(system), code))


def factor(item: str, unit: str) -> float | None:
    """What a number in this UCUM unit is multiplied by, or None if the unit is not understood."""
    return _units().get((item, unit))


def units_of(item: str) -> list[str]:
    """UCUM units in which an item is understood."""
    return [unit for name, unit in _units() if name == item]


def _rows(name: str) -> list[dict[str, str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    body = [line for line in lines if not line.startswith("#")]
    return list(csv.DictReader(body, delimiter="\t", quoting=csv.QUOTE_NONE, restval=""))


@cache
def _codes() -> tuple[dict[tuple[str | None, str], Meaning], list[tuple[str, str, Meaning]]]:
    exact: dict[tuple[str | None, str], Meaning] = {}
    prefixes = []
    for row in _rows("codes.tsv"):
        item = row["item"]
        found = Meaning(item, _value(item, row["value"]), _value(item, row["resolved"]))
        if row["match"] == "exact":
            exact[row["system"], row["code"]] = found
        else:
            prefixes.append((row["system"], row["code"], found))
    return exact, prefixes


@cache
def _answers() -> dict[tuple[str | None, str], bool | float]:
    return {
        (row["system"], row["code"]): row["value"] == "true"
        if row["value"] in ("true", "false")
        else float(row["value"])
        for row in _rows("answers.tsv")
    }


@cache
def _units() -> dict[tuple[str, str], float]:
    return {(row["item"], row["unit"]): float(row["factor"]) for row in _rows("units.tsv")}


def _value(item: str, text: str) -> Value | None:
    if not text:
        return None
    return text == "true" if ITEMS[item].kind == "flag" else text
