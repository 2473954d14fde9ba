"""A patient to be screened, read from a YAML file or a FHIR bundle."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from aldesim.care.eligibility.items import DERIVED, ITEMS, Item
from aldesim.care.eligibility.patient import Patient
from aldesim.errors import InputError
from aldesim.yamlfile import read_yaml


def read_patient(path: str | Path, *, complete_history: bool = False) -> Patient:
    """Patient of a YAML file (.yaml, .yml) or a FHIR R4 bundle (.json).

    Parameters
    ----------
    path : str or Path
        The file, UTF-8.
    complete_history : bool
        The file lists every condition and drug: what it does not name is absent, unless one of
        them was not understood. Otherwise it is not known. A YAML file may say so itself.

    Raises
    ------
    InputError
        If the file cannot be read or a field of it is wrong; names the field and what is allowed.
    """
    path = Path(path)
    if path.suffix == ".json":
        from aldesim.care.eligibility.fhir import read_bundle

        patient = read_bundle(path)
    elif path.suffix in (".yaml", ".yml"):
        fields = read_yaml(path, _schema()).model_dump(exclude_none=True)
        name = fields.pop("id", path.stem)
        complete_history |= fields.pop("complete_history", False)
        patient = Patient(name, fields)
    else:
        raise InputError("patient", "", str(path), "must end in .yaml, .yml, or .json (FHIR R4)")
    if not complete_history:
        return patient
    absent = [
        name
        for name, item in ITEMS.items()
        if item.history and item.history not in patient.gaps and name not in patient.values
    ]
    said = "not in a history said to be complete"
    return replace(
        patient,
        values={**patient.values, **dict.fromkeys(absent, False)},
        origins={**patient.origins, **dict.fromkeys(absent, said)},
    )


@cache
def _schema() -> type[BaseModel]:
    """The schema of a patient file: every item is a field, and none is required."""
    fields: dict[str, Any] = {
        name: (_type(item) | None, None) for name, item in ITEMS.items() if name not in DERIVED
    }
    fields |= {"id": (str | None, None), "complete_history": (bool | None, None)}
    return create_model("PatientFile", __config__=ConfigDict(extra="forbid", frozen=True), **fields)


def _type(item: Item) -> Any:
    if item.kind == "flag":
        return bool
    if item.kind == "choice":
        return Literal[item.options]
    return Annotated[int if item.whole else float, Field(ge=item.low, le=item.high)]
