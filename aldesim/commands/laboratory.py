"""`aldesim molecules`, `potency`: the drug on the shelf and in the release laboratory."""

from pathlib import Path

from aldesim.commands.terminal import table

INVALID = 1


def molecules(name: str | None = None, /) -> int:
    """List the molecules on the shelf, or all that is known of one, with sources.

    Parameters
    ----------
    name
        A molecule of the list, or a path of a YAML file.
    """
    from aldesim.drug import describe, load_molecule, molecules

    if name is None:
        rows = []
        for molecule in molecules().values():
            known = {quantity: value for quantity, value, _ in describe(molecule)}
            rows.append((molecule.id, molecule.name, known["K_alpha"], known["K_beta_gamma"]))
        table(["molecule", "name", "CD25 alone, Kd", "CD122-CD132, Kd"], rows)
        return 0
    molecule = load_molecule(name)
    table(["", "value", "source"], describe(molecule), title=molecule.name)
    return 0


def potency(plate: Path) -> int:
    """Find the relative potency of samples on a plate, as a release laboratory does.

    Exit code 1 tells that a sample is not valid.

    Parameters
    ----------
    plate
        CSV file: plate, sample, dose, response; see docs/potency.md.
    """
    from aldesim.drug.potency import HEADER, potency_report

    report = potency_report(plate)
    table(HEADER, report.rows, title=f"Relative potency, doses in {report.unit}")
    return 0 if report.valid else INVALID
