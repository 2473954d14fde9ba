"""YAML files that people edit: read strictly, and whatever is wrong is said in one line."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from aldesim.errors import InputError

T = TypeVar("T", bound=BaseModel)
WIDEST = 60  # characters of a wrong row that a message repeats
Location = tuple[int | str, ...]


class _Loader(yaml.SafeLoader):
    """YAML 1.2 scalars: 1e5 is a number, `no` and 2017-11-27 are text; no key may come twice."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012 (replaces the table of the parent class)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value!r} is given twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    text = node.value.lower().replace("_", "")
    return float(text.replace(".inf", "inf").replace(".nan", "nan"))


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|", ["~", "n", ""]),
    ("int", r"[-+]?[0-9][0-9_]*", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:[0-9][0-9_]*)?\.?[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+\."
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )
_Loader.add_constructor("tag:yaml.org,2002:float", _number)


def read_yaml(path: Path, schema: type[T], where: str | None = None) -> T:
    """Content of a YAML file as an instance of `schema`.

    Types are taken strictly (text is not a number, a number is not text) and every number must be
    finite. `schema` must do without validators of mode "before".

    Parameters
    ----------
    path : Path
        The file, UTF-8.
    schema : type of BaseModel
        What the file must look like.
    where : str, optional
        Name of the file in messages; by default its last two parts.

    Raises
    ------
    InputError
        If the file cannot be read, is not YAML, or does not fit; names file, row and field.
    """
    where = where or "/".join(path.parts[-2:])
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(str(path), "", "no such file", "give the path of a YAML file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), "", str(error), "must be a readable UTF-8 file") from None
    return parse_yaml(text, schema, where)


def parse_yaml(text: str, schema: type[T], where: str) -> T:
    """YAML text as an instance of `schema`; see `read_yaml`."""
    try:
        data = yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(where, f"line {line}", error.problem, "must be valid YAML") from None
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(where, "", str(error), "must be valid YAML") from None
    if not isinstance(data, dict):
        raise InputError(where, "", data, "must hold `field: value` pairs")
    for location, value in _scalars(data):
        if isinstance(value, float) and not math.isfinite(value):
            raise InputError(where, _dotted(location, data), value, "must be a finite number")
    try:
        return schema.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        raise _wrong(error, data, schema, where) from None


def replaced(one: T, changes: dict[str, Any], where: str) -> T:
    """The same with some fields replaced, checked as a whole.

    Raises
    ------
    InputError
        If a field does not fit; `where` names the place in the message.
    """
    data = one.model_dump() | changes
    try:
        return type(one).model_validate(data)
    except ValidationError as error:
        raise _wrong(error, data, type(one), where, whole=", ".join(changes)) from None


def _wrong(
    error: ValidationError, data: Any, schema: type[BaseModel], where: str, whole: str = ""
) -> InputError:
    """The first thing that does not fit; `whole` stands for all the data where no field does."""
    first = error.errors(include_url=False)[0]
    location = first["loc"]
    if first["type"] == "missing":
        found: object = "missing"
    elif whole and not location:
        found = whole
    elif isinstance(first["input"], dict | list):
        found = json.dumps(first["input"])
        found = found if len(found) <= WIDEST else f"{found[:WIDEST]} ..."
    else:
        found = first["input"]
    named = first["type"] in ("missing", "extra_forbidden")
    return InputError(where, _dotted(location, data, named), found, _allowed(first, schema))


def parse_scalar(text: str) -> str | float | bool | None:
    """What a word of the command line stands for in a YAML file: a number, true, null, or text."""
    try:
        value = yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError):
        return text
    return text if isinstance(value, dict | list) else value


def check_unique(where: str, field: str, ids: list[str]) -> None:
    """Raise InputError if an id occurs twice."""
    for i, name in enumerate(ids):
        if name in ids[:i]:
            raise InputError(where, f"{field}[{name}].id", name, "is given twice; ids are unique")


def _scalars(node: Any, location: Location = ()) -> Iterator[tuple[Location, Any]]:
    """Every leaf of nested mappings and lists, with its place."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _scalars(value, (*location, key))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from _scalars(value, (*location, i))
    else:
        yield location, node


def _dotted(location: Location, data: Any, named: bool = True) -> str:
    """Path of a field as its author sees it: rows by their id, no names of classes.

    `named`: the last part is a field even if the data lack it.
    """
    path, node = "", data
    for depth, part in enumerate(location):
        if isinstance(node, list | tuple) and isinstance(part, int) and part < len(node):
            node = node[part]
            name = node.get("id", part) if isinstance(node, dict) else part
            path += f"[{name}]"
        elif isinstance(node, dict) and part in node:
            node = node[part]
            path += f".{part}" if path else f"{part}"
        elif named and depth == len(location) - 1 and isinstance(node, dict):
            path += f".{part}" if path else f"{part}"
    return path


def _allowed(error: ErrorDetails, schema: type[BaseModel]) -> str:
    """What would have been right, in words."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "this field is required"
    if kind == "extra_forbidden":
        fields = _fields_at(schema, error["loc"][:-1])
        return "unknown field" + (f"; the fields here are {', '.join(fields)}" if fields else "")
    if kind in ("literal_error", "enum"):
        return f"must be {context['expected']}"
    if kind == "value_error":
        return str(context["error"])
    return error["msg"].replace("Input should be", "must be")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Schemas named anywhere in a type annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _fields_at(schema: type[BaseModel], location: Location) -> list[str]:
    """Fields of the schema found by following a location down from `schema`."""
    here = [schema]
    for part in location:
        fields = [m.model_fields[part] for m in here if part in m.model_fields]
        if fields:
            here = [m for field in fields for m in _models(field.annotation)]
    return sorted({name for m in here for name in m.model_fields})
