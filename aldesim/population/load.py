"""Populations on the shelf and in the user's own files, checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from aldesim.errors import InputError
from aldesim.population.copula import mixing_matrix
from aldesim.population.covariates import COVARIATES, DERIVED, REQUIRED, label
from aldesim.population.schema import ByCategory, Choice, LogNormal, Normal, Population, Variant
from aldesim.population.table import TableFile, names_a_table, table_population
from aldesim.shelf import shelf_file, shelf_names
from aldesim.tablefile import SUFFIXES
from aldesim.yamlfile import check_unique, read_yaml

CATALOGUE = Path(__file__).with_name("catalogue")


def population_names() -> list[str]:
    """Names of the populations on the shelf, sorted."""
    return shelf_names(CATALOGUE)


def load_population(name_or_path: str | Path | Variant) -> Population:
    """Population of that name on the shelf, of a YAML file, or of a table of patients.

    Parameters
    ----------
    name_or_path : str, Path or Variant
        A name such as ``"melanoma"``, a path that ends in .yaml, or one that ends in .csv or
        .parquet: a row for each patient, a column for each covariate or model parameter. Or what
        differs from a population of the shelf.

    Returns
    -------
    Population

    Raises
    ------
    InputError
        If there is no such population, or a field of the file is wrong; names file and field.

    Examples
    --------
    >>> load_population("melanoma").covariates["age"].mean
    49.0
    """
    if isinstance(name_or_path, Variant):
        where = f"population {name_or_path.name}"
        population = _whole(name_or_path, where)
        _check(population, where)
        return population
    if str(name_or_path).lower().endswith(SUFFIXES):
        return table_population(TableFile.of(Path(name_or_path)))
    path = shelf_file("population", name_or_path, CATALOGUE)
    if names_a_table(path):
        file = read_yaml(path, TableFile)
        return table_population(
            file.model_copy(update={"table": str(path.parent / file.table)}),
            load_population(file.like) if file.like else None,
        )
    where = "/".join(path.parts[-2:])
    population = _read(path, where)
    _check(population, where)
    return population


def _read(path: Path, where: str) -> Population:
    """Population of a file, what it is based on filled in."""
    if not (path.is_file() and re.search(r"^based_on:", path.read_text("utf-8", "replace"), re.M)):
        return read_yaml(path, Population)
    return _whole(read_yaml(path, Variant), where, path)


def _whole(variant: Variant, where: str, path: Path | None = None) -> Population:
    """A variant with what it is based on filled in."""
    if variant.based_on not in population_names() or path == CATALOGUE / f"{variant.based_on}.yaml":
        allowed = f"must be another of {', '.join(population_names())}"
        raise InputError(where, "based_on", variant.based_on, allowed)
    check_unique(where, "parameters", [row.id for row in variant.parameters])
    return variant.on(load_population(variant.based_on))


def correlation_pairs(population: Population) -> dict[tuple[str, str], float]:
    """Correlation of each pair that the population names."""
    return {entry.between: entry.value for entry in population.correlations}


def _check(population: Population, where: str) -> None:
    """What one field alone cannot show."""
    for name in population.covariates:
        if name in DERIVED:
            raise InputError(where, "covariates", name, "is computed from the others; leave it out")
        if name not in COVARIATES:
            raise InputError(
                where, "covariates", name, f"unknown covariate; known are {', '.join(COVARIATES)}"
            )
    for name in REQUIRED:
        if name not in population.covariates:
            raise InputError(
                where, f"covariates.{name}", "missing", "every population needs this covariate"
            )
    for name, entry in population.covariates.items():
        categories = COVARIATES[name].categories
        if isinstance(entry, Choice):
            if not categories:
                raise InputError(
                    where, f"covariates.{name}", "choice", "is a number: normal or lognormal"
                )
            _check_labels(where, f"covariates.{name}.chances", list(entry.chances), name)
        elif categories:
            allowed = ", ".join(map(label, categories))
            raise InputError(where, f"covariates.{name}", "a number", f"is a choice of {allowed}")
    for name, entry in population.covariates.items():
        if isinstance(entry, ByCategory):
            _check_cases(population, where, name, entry)
        elif not isinstance(entry, Choice):
            _check_number(where, f"covariates.{name}", entry)
            if entry.source is None:
                raise InputError(
                    where, f"covariates.{name}.source", "missing", "this field is required"
                )
    _check_correlations(population, where)
    check_unique(where, "parameters", [change.id for change in population.parameters])


def _check_labels(where: str, field: str, labels: Sequence[str], name: str) -> None:
    allowed = [label(category) for category in COVARIATES[name].categories]
    for given in labels:
        if given not in allowed:
            raise InputError(where, field, given, f"must be one of {', '.join(allowed)}")


def _check_cases(population: Population, where: str, name: str, entry: ByCategory) -> None:
    field = f"covariates.{name}"
    grouping = population.covariates.get(entry.by)
    if not isinstance(grouping, Choice):
        raise InputError(
            where, f"{field}.by", entry.by, "must be a covariate of this file that is a choice"
        )
    _check_labels(where, f"{field}.cases", list(entry.cases), entry.by)
    for category, chance in grouping.chances.items():
        if chance > 0 and category not in entry.cases:
            raise InputError(
                where, f"{field}.cases", ", ".join(entry.cases), f"has no case for {category}"
            )
    for category, case in entry.cases.items():
        _check_number(where, f"{field}.cases.{category}", case)


def _check_number(where: str, field: str, entry: Normal | LogNormal) -> None:
    try:
        median, _ = entry.parameters()
    except ValueError as error:
        given = [name for name in ("median", "cv", "mean", "sd") if name in entry.model_fields_set]
        raise InputError(where, field, ", ".join(given) or "missing", str(error)) from None
    low, high = entry.limits
    if isinstance(entry, LogNormal) and low is not None and low < 0:
        raise InputError(where, f"{field}.limits", low, "a lognormal is above 0")
    if (low is not None and median <= low) or (high is not None and median >= high):
        raise InputError(
            where, f"{field}.limits", list(entry.limits), f"must include the median, {median:g}"
        )


def _check_correlations(population: Population, where: str) -> None:
    seen: set[frozenset[str]] = set()
    for entry in population.correlations:
        pair = " with ".join(entry.between)
        if entry.between[0] == entry.between[1]:
            raise InputError(where, "correlations", pair, "must be two different names")
        if frozenset(entry.between) in seen:
            raise InputError(where, "correlations", pair, "is given twice")
        seen.add(frozenset(entry.between))
        for name in entry.between:
            if name in DERIVED:
                raise InputError(
                    where, "correlations", name, "is computed; correlate what it comes from"
                )
    mixing_matrix(correlation_pairs(population), where)
