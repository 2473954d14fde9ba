"""SBML features the engine does not support, refused by name before anything is read."""

from __future__ import annotations

from typing import Any

import libsbml

from aldesim.errors import InputError

_HARMLESS_PACKAGES = ("layout", "render", "l3v2extendedmath")


def refuse_unsupported(document: Any, where: str) -> None:
    """Check that a document holds explicit ordinary differential equations only.

    Parameters
    ----------
    document : libsbml.SBMLDocument
        The document as read.
    where : str
        Name of the model, for the message.

    Raises
    ------
    InputError
        Naming the first feature that is not supported and its identifier.
    """
    model = document.getModel()

    def refuse(feature: str, name: str, instead: str) -> None:
        raise InputError(where, feature, name, f"is not supported; {instead}")

    for k in range(document.getNumPlugins()):
        package = document.getPlugin(k).getPackageName()
        if package not in _HARMLESS_PACKAGES and document.getPackageRequired(package):
            refuse("SBML package", package, "flatten the model to SBML core first")
    for k, event in enumerate(model.getListOfEvents()):
        name = event.getIdAttribute() or str(k)
        refuse("event", name, "change inputs and add amounts between two advances")
    for k, constraint in enumerate(model.getListOfConstraints()):
        refuse("constraint", constraint.getIdAttribute() or str(k), "remove it")
    for k, rule in enumerate(model.getListOfRules()):
        if rule.isAlgebraic():
            name = rule.getIdAttribute() or str(k)
            refuse("algebraic rule", name, "solve it for one variable and make it an assignment")
    if model.isSetConversionFactor():
        refuse("conversion factor", model.getConversionFactor(), "convert in the kinetic laws")
    for species in model.getListOfSpecies():
        if species.isSetConversionFactor():
            refuse("conversion factor", species.getId(), "convert in the kinetic laws")
    for reaction in model.getListOfReactions():
        if reaction.isSetFast() and reaction.getFast():
            refuse("fast reaction", reaction.getId(), "give it a kinetic law with a high rate")
        references = [*reaction.getListOfReactants(), *reaction.getListOfProducts()]
        for reference in references:
            _refuse_variable_stoichiometry(model, reaction, reference, where)


def _refuse_variable_stoichiometry(model: Any, reaction: Any, reference: Any, where: str) -> None:
    name = reference.getIdAttribute()
    set_elsewhere = bool(name) and (
        model.getRuleByVariable(name) is not None
        or model.getInitialAssignmentBySymbol(name) is not None
    )
    if reference.isSetStoichiometryMath() or set_elsewhere:
        raise InputError(
            where,
            "variable stoichiometry",
            f"{reference.getSpecies()} in {reaction.getId()}",
            "is not supported; put the factor into a rate rule",
        )


def refuse_errors(document: Any, where: str) -> None:
    """Check that the document could be read at all.

    Raises
    ------
    InputError
        With the first error of the SBML parser and its line.
    """
    for k in range(document.getNumErrors()):
        error = document.getError(k)
        if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR:
            raise InputError(
                where, f"line {error.getLine()}", error.getShortMessage(), error.getMessage()
            )
    if document.getModel() is None:
        raise InputError(where, "", "no model", "needs one SBML model")
