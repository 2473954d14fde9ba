"""What a setting doses: a regimen of the shelf in percent, or at its times so much by mass."""

from functools import cache, lru_cache

from aldesim.app.bedside.setting import Value
from aldesim.drug import load_molecule
from aldesim.regimen import Regimen, load_regimen

PERCENT = 100.0
REGIMENS_KEPT = 256

_written = cache(load_regimen)
_molecule = cache(load_molecule)


def regimen_of(setting: dict[str, Value]) -> Regimen:
    """The regimen of a setting with the doses that it asks for.

    Parameters
    ----------
    setting : dict of str to str or float
        As `check_setting` returns it.
    """
    name = str(setting["regimen"])
    if by_mass(setting):
        return at_mass(name, float(setting["mass"]))
    return at_percent(name, float(setting["dose"]))


def by_mass(setting: dict[str, Value]) -> bool:
    """Whether the dose by mass counts: the regimen is in IU, and the molecule has none."""
    written = _written(str(setting["regimen"]))
    molecule = _molecule(str(setting["molecule"]))
    return written.amount_unit == "IU" and molecule.specific_activity is None


@lru_cache(maxsize=REGIMENS_KEPT)
def at_percent(name: str, percent: float) -> Regimen:
    """A regimen of the shelf with every dose at so many percent of what it says."""
    written = _written(name)
    if percent == PERCENT:
        return written
    content = written.model_dump()
    for row in (row for cycle in content["cycles"] for row in cycle["doses"]):
        row["amount"] *= percent / PERCENT
    return Regimen.model_validate(content)


@lru_cache(maxsize=REGIMENS_KEPT)
def at_mass(name: str, ug_per_kg: float) -> Regimen:
    """The times of a regimen of the shelf with every dose so many ug/kg."""
    content = _written(name).model_dump()
    for row in (row for cycle in content["cycles"] for row in cycle["doses"]):
        row |= {"amount": ug_per_kg, "unit": "ug/kg"}
    return Regimen.model_validate(content)


def not_counting(setting: dict[str, Value], has_tumour: bool) -> dict[str, str]:
    """Controls that change nothing in a setting, and why; no words where another stands instead.

    Parameters
    ----------
    setting : dict of str to str or float
        As `check_setting` returns it.
    has_tumour : bool
        Whether patients of the disease have a tumour.
    """
    found = {"mass": ""}
    if by_mass(setting):
        molecule = _molecule(str(setting["molecule"])).name
        found = {"dose": f"{molecule} has no activity in IU: it is dosed by mass, at these times."}
    if not has_tumour:
        reason = "Nobody here has a tumour: its size and growth cannot be set."
        found |= dict.fromkeys(("size", "lesions", "doubling"), reason)
    return found
