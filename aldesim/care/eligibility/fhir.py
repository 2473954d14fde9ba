"""A patient from a FHIR R4 bundle, by the tables of codes; what is not understood is reported.

Patient, Condition, AllergyIntolerance, Observation and MedicationStatement are read. Each is
checked by `fhir.resources` (R4B, which agrees with R4 for these), imported here and nowhere else.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from aldesim.care.eligibility import coding
from aldesim.care.eligibility.items import DERIVED, ITEMS
from aldesim.care.eligibility.patient import Patient, Value
from aldesim.errors import InputError

READ = ("Patient", "Condition", "AllergyIntolerance", "Observation", "MedicationStatement")
OVER = ("inactive", "remission", "resolved")
NOT_A_RESULT = ("cancelled", "entered-in-error", "registered", "unknown")
TAKEN = ("active", "intended")


def read_bundle(path: Path) -> Patient:
    """The one patient of a bundle.

    Of several results for one item the newest counts. A result beyond a limit of measurement
    ("< 0.2"), in a unit or with a code that the tables do not hold, is not used but reported.

    Parameters
    ----------
    path : Path
        A JSON file, UTF-8.

    Raises
    ------
    InputError
        If the file is not a FHIR R4 bundle with one Patient, a resource does not fit its
        definition, a value cannot be, or `fhir.resources` is not installed.
    """
    reader = _Reader(path)
    for resource in reader.resources("Patient"):
        reader.person(resource)
    for kind in ("Condition", "AllergyIntolerance"):
        for resource in reader.resources(kind):
            reader.condition(kind, resource)
    for resource in sorted(reader.resources("Observation"), key=_when):
        reader.observation(resource)
    for resource in reader.resources("MedicationStatement"):
        reader.medication(resource)
    return reader.patient()


class _Reader:
    """Collects what the resources of one bundle say."""

    def __init__(self, path: Path):
        self._where = "/".join(path.parts[-2:])
        self._bundle = _load(path, self._where)
        self._raw = [entry.get("resource") or {} for entry in self._bundle["entry"]]
        self._values: dict[str, Value] = {}
        self._origins: dict[str, str] = {}
        self._unread: list[str] = []
        self._gaps: set[str] = set()
        people = [raw for raw in self._raw if raw.get("resourceType") == "Patient"]
        if len(people) != 1:
            raise InputError(self._where, "Patient", len(people), "a bundle must hold exactly one")
        self._id = str(people[0].get("id") or path.stem)
        others = Counter(str(raw.get("resourceType")) for raw in self._raw)
        for kind in sorted(set(others) - {*READ, "Medication"}):
            self._unread.append(f"{kind}: {others[kind]} not read, this kind is not used")

    def patient(self) -> Patient:
        """What was collected."""
        gaps = frozenset(self._gaps)
        return Patient(self._id, self._values, self._origins, tuple(self._unread), gaps)

    def resources(self, kind: str) -> list[Any]:
        """Resources of one kind, checked against their definition."""
        found = [raw for raw in self._raw if raw.get("resourceType") == kind]
        if not found:
            return []
        try:
            module = import_module(f"fhir.resources.R4B.{kind.lower()}")
        except ImportError:
            raise InputError(
                self._where,
                "",
                "fhir.resources",
                "is needed for FHIR files and not installed: pip install 'aldesim[fhir]'",
            ) from None
        return [self._checked(getattr(module, kind), raw) for raw in found]

    def _checked(self, model: Any, raw: dict[str, Any]) -> Any:
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        found = "missing" if "missing" in first["type"] else first["input"]
        said = first["msg"].removeprefix("Value error, ").lower()
        field = f"{raw['resourceType']}[{raw.get('id', '')}].{path}"
        raise InputError(self._where, field, found, f"not FHIR R4: {said}") from None

    def person(self, resource: Any) -> None:
        """Sex, and age on the day of the bundle or else of its newest result."""
        if resource.gender in ("female", "male"):
            self._note("sex", resource.gender, "Patient.gender")
        born, today = resource.birthDate, self._day()
        if not isinstance(born, dt.date) or today is None:
            missing = "a full date of birth" if today else "a date in the bundle"
            self._unread.append(f"Patient/{self._id}: age not known without {missing}")
            return
        had_birthday = (today.month, today.day) >= (born.month, born.day)
        age = today.year - born.year - (not had_birthday)
        self._note("age_years", float(age), f"Patient.birthDate {born} on {today}")

    def _day(self) -> dt.date | None:
        stamp = str(self._bundle.get("timestamp") or "")[:10]
        if not stamp:
            whens = [_when(observation) for observation in self.resources("Observation")]
            stamp = max(whens, default="")[:10]
        try:
            return dt.date.fromisoformat(stamp)
        except ValueError:
            return None

    def condition(self, kind: str, resource: Any) -> None:
        """A condition or an allergy, present, over, or refuted."""
        here = f"{kind}/{resource.id}"
        verified = _status(resource.verificationStatus)
        if verified == "entered-in-error":
            return
        for found, name in self._meanings(here, resource.code):
            if (found.item == "hypersensitivity") != (kind == "AllergyIntolerance"):
                self._unread.append(f"{here}: {name} as {kind} is no criterion")
                continue
            if verified == "refuted":
                value: Value | None = False if ITEMS[found.item].kind == "flag" else "none"
            elif _status(resource.clinicalStatus) in OVER:
                value = found.resolved
            else:
                value = found.value
            if value is None:
                self._unread.append(f"{here}: {name} is over and says nothing now")
            elif self._values.get(found.item) not in (True, "active"):
                self._note(found.item, value, f"{here}, {name}")

    def medication(self, resource: Any) -> None:
        """A drug in use, or said not to be taken."""
        here = f"MedicationStatement/{resource.id}"
        concept = resource.medicationCodeableConcept or self._referenced(here, resource)
        for found, name in self._meanings(here, concept):
            if found.item == "hypersensitivity":
                self._unread.append(f"{here}: {name} as a drug is no criterion")
                continue
            local = _local_route(resource)
            if local:
                self._unread.append(f"{here}: {name} is {local}, not systemic")
            elif resource.status in TAKEN and found.value is not None:
                self._note(found.item, found.value, f"{here}, {name}")
            elif resource.status == "not-taken":
                self._values.setdefault(found.item, False)
                self._origins.setdefault(found.item, f"{here}, {name}, not taken")
            else:
                self._unread.append(f"{here}: {name} is {resource.status}, not counted")

    def observation(self, resource: Any) -> None:
        """A result; a later one of the same item replaces it."""
        here = f"Observation/{resource.id}"
        if resource.status in NOT_A_RESULT:
            return
        for found, name in self._meanings(here, resource.code):
            value = self._result(here, name, found.item, resource)
            if value is not None:
                self._note(
                    found.item, value, f"{here}, {name}, {_when(resource)[:10]}".rstrip(", ")
                )
            if found.item == "bilirubin_mg_per_dL":
                self._upper_limit(here, resource)

    def _upper_limit(self, here: str, resource: Any) -> None:
        for limits in resource.referenceRange or []:
            if limits.high is not None:
                item = "bilirubin_ULN_mg_per_dL"
                value = self._amount(here, "reference range", "bilirubin_mg_per_dL", limits.high)
                if value is not None:
                    self._note(item, value, f"{here}, reference range")

    def _result(self, here: str, name: str, item: str, resource: Any) -> Value | None:
        if resource.valueQuantity is not None:
            return self._amount(here, name, item, resource.valueQuantity)
        number = resource.valueInteger
        if number is not None:
            return int(number)
        if resource.valueBoolean is not None and ITEMS[item].kind == "flag":
            return bool(resource.valueBoolean)
        for part in (
            (resource.valueCodeableConcept.coding or []) if (resource.valueCodeableConcept) else []
        ):
            said = coding.answer(str(part.system), str(part.code))
            if said is not None and isinstance(said, bool) == (ITEMS[item].kind == "flag"):
                return said
        self._unread.append(f"{here}: {name} has no result that can be read")
        return None

    def _amount(self, here: str, name: str, item: str, quantity: Any) -> float | None:
        unit = str(quantity.code or quantity.unit or "1")
        times = coding.factor(item, unit)
        if quantity.value is None or quantity.comparator:
            beyond = f"{quantity.comparator or 'no value'} {quantity.value or ''}".strip()
            self._unread.append(f"{here}: {name} is {beyond}, not a number to compare")
        elif times is None:
            known = ", ".join(coding.units_of(item))
            self._unread.append(f"{here}: {name} in {unit}, understood in {known}")
        else:
            return float(quantity.value) * times
        return None

    def _meanings(self, here: str, concept: Any) -> Iterator[tuple[coding.Meaning, str]]:
        """What the codes of a concept say of eligibility, each item once."""
        parts = (concept.coding or []) if concept is not None else []
        found: dict[str, tuple[coding.Meaning, str]] = {}
        understood = False
        for part in parts:
            said = coding.meaning(str(part.system), str(part.code))
            if said is not None:
                understood = True
                system = coding.SYSTEMS[str(part.system)]
                name = f"{system} {part.code} {part.display or ''}".rstrip()
                if said.item:
                    found.setdefault(said.item, (said, name))
        if not understood:
            codes = ", ".join(f"{part.system}|{part.code} {part.display or ''}" for part in parts)
            text = codes.strip() or (concept.text if concept is not None else "") or "no code"
            self._unread.append(f"{here}: {text}: code not in the table")
            if not here.startswith("Observation"):
                self._gaps.add("drug" if here.startswith("Medication") else "condition")
        yield from found.values()

    def _referenced(self, here: str, resource: Any) -> Any:
        """Code of the Medication that a statement refers to, if the bundle holds it."""
        target = str(resource.medicationReference.reference if resource.medicationReference else "")
        inside = [part for part in resource.contained or [] if target == f"#{part.id}" and part.id]
        if inside:
            return inside[0].code
        for entry in self._bundle["entry"]:
            raw = entry.get("resource") or {}
            names = (entry.get("fullUrl"), f"Medication/{raw.get('id')}")
            if raw.get("resourceType") == "Medication" and target and target in names:
                module = import_module("fhir.resources.R4B.medication")
                return self._checked(module.Medication, raw).code
        return None

    def _note(self, item: str, value: Value, origin: str) -> None:
        rule = ITEMS[item]
        if rule.kind == "number" and item not in DERIVED:
            number = float(value)
            if not rule.low <= number <= rule.high or (rule.whole and number != int(number)):
                fraction = " whole" if rule.whole else ""
                span = f"must be a{fraction} number of {rule.low:g} to {rule.high:g} {rule.unit}"
                raise InputError(self._where, f"{origin.split(',')[0]}: {item}", number, span)
        self._values[item] = value
        self._origins[item] = origin


def _load(path: Path, where: str) -> dict[str, Any]:
    try:
        bundle = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(str(path), "", "no such file", "give the path of a FHIR bundle") from None
    except json.JSONDecodeError as error:
        raise InputError(where, f"line {error.lineno}", error.msg, "must be valid JSON") from None
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(str(path), "", str(error), "must be a readable UTF-8 file") from None
    kind = bundle.get("resourceType") if isinstance(bundle, dict) else type(bundle).__name__
    if kind != "Bundle":
        raise InputError(where, "resourceType", kind, "must be Bundle (FHIR R4)")
    entries = bundle.get("entry")
    sound = isinstance(entries, list) and all(
        isinstance(e, dict) and isinstance(e.get("resource") or {}, dict) for e in entries
    )
    if not sound:
        raise InputError(where, "entry", type(entries).__name__, "must be a list of resources")
    return bundle


def _when(resource: Any) -> str:
    """Time of a result as text that sorts; "" if it has none."""
    period = resource.effectivePeriod
    moment = resource.effectiveDateTime or (period and (period.end or period.start))
    moment = moment or resource.issued
    return moment.isoformat() if isinstance(moment, dt.date) else str(moment or "")


def _status(concept: Any) -> str:
    parts = (concept.coding or []) if concept is not None else []
    return str(parts[0].code) if parts else ""


def _local_route(resource: Any) -> str:
    for dosage in resource.dosage or []:
        for part in (dosage.route.coding or []) if dosage.route is not None else []:
            if str(part.code) in coding.LOCAL_ROUTES:
                return coding.LOCAL_ROUTES[str(part.code)]
    return ""
