"""`aldesim design`: molecules and doses before any trial."""

from pathlib import Path
from typing import TYPE_CHECKING

from aldesim.commands.terminal import close, table

if TYPE_CHECKING:
    from aldesim.report.sections.grid import Grid

RUNS = Path("runs")


def selectivity(
    *,
    regimen: str = "high_dose",
    base: str = "aldesleukin",
    dose: float | None = None,
    equal_leak: bool = False,
    points: int = 25,
    out: Path | None = None,
) -> int:
    """Map which cells a molecule speaks to, over its two affinities.

    Parameters
    ----------
    regimen
        Route and times of the doses: a name on the shelf or a path of a YAML file.
    base
        Molecule whose half-life and other disposition all points share.
    dose
        Each dose, pmol/kg (default: the regimen's own).
    equal_leak
        Give every point the dose that leaks as much as the base molecule does.
    points
        Along each axis.
    out
        Folder of the page and its table (default: runs/design-map).
    """
    from aldesim.design import EFFECTS, selectivity_map
    from aldesim.drug import load_molecule, molecules
    from aldesim.regimen import load_regimen
    from aldesim.report.design import write_map

    given, molecule = load_regimen(regimen), load_molecule(base)
    found = selectivity_map(given, molecule, dose=dose, equal_leak=equal_leak, points=points)
    table(
        ["effect", "lowest on the map", "highest"],
        [
            (f"{effect.label} {effect.unit}".strip(), *_range(found.effects[name]))
            for name, effect in EFFECTS.items()
        ],
    )
    close({"Page": write_map(found, list(molecules().values()), given, out or RUNS / "design-map")})
    return 0


def doses(
    *names: str,
    regimen: str = "high_dose",
    benefit: str = "signal_CD8",
    enough: float = 0.2,
    harm: str = "leak",
    too_much: float | None = None,
    out: Path | None = None,
) -> int:
    """Compare molecules over their dose: effects at equal harm, and the window between.

    Parameters
    ----------
    names
        Molecules on the shelf or paths of YAML files (default: all on the shelf).
    regimen
        Route and times of the doses: a name on the shelf or a path of a YAML file.
    benefit
        An effect, such as signal_CD8, signal_Treg, NK or killing.
    enough
        Its least level.
    harm
        An effect, such as leak, pressure or creatinine.
    too_much
        Its highest level (default: what the regimen's own dose of its own molecule does).
    out
        Folder of the page and its table (default: runs/design-doses).
    """
    from aldesim.design import dose_response, effects_at, window
    from aldesim.design.effects import effect
    from aldesim.drug import load_molecule, molecules
    from aldesim.regimen import load_regimen
    from aldesim.report.design import BRIEF, equal_harm_grid, window_grid, write_doses

    effect("benefit", benefit)
    effect("harm", harm)
    given = load_regimen(regimen)
    own = load_molecule(given.molecule)
    chosen = [load_molecule(name) for name in names] or list(molecules().values())
    if too_much is None:
        import numpy as np

        alone = dose_response(given, [own])
        too_much = float(effects_at(alone, np.array([alone.usual]))[harm][0])
    response = dose_response(given, chosen)
    room = window(response, benefit, enough, harm, too_much)
    _print(equal_harm_grid(response, harm, too_much, BRIEF))
    _print(window_grid(response, room, (benefit, enough), harm))
    folder = out or RUNS / "design-doses"
    close({"Page": write_doses(response, room, (benefit, enough), (harm, too_much), given, folder)})
    return 0


def front(
    *,
    regimen: str = "high_dose",
    base: str = "aldesleukin",
    benefit: str = "signal_CD8",
    harm: str = "leak",
    out: Path | None = None,
) -> int:
    """Find affinities, half-lives and doses that no other one beats (Pareto front).

    Parameters
    ----------
    regimen
        Route and times of the doses: a name on the shelf or a path of a YAML file.
    base
        Molecule that gives what is not varied.
    benefit
        An effect to have much of.
    harm
        An effect to have little of.
    out
        Folder of the page and its table (default: runs/design-front).
    """
    from aldesim.design import candidates, undominated
    from aldesim.design.effects import effect
    from aldesim.drug import load_molecule
    from aldesim.regimen import load_regimen
    from aldesim.report.design import front_grid, write_front

    effect("benefit", benefit)
    effect("harm", harm)
    given, molecule = load_regimen(regimen), load_molecule(base)
    found = candidates(given, molecule)
    best = undominated(found.effects[benefit], found.effects[harm])
    _print(front_grid(found, best, benefit, harm))
    folder = out or RUNS / "design-front"
    close({"Page": write_front(found, benefit, harm, given, molecule, folder)})
    return 0


def _range(values) -> tuple[str, str]:
    import numpy as np

    return f"{np.nanmin(values):.3g}", f"{np.nanmax(values):.3g}"


def _print(grid: "Grid") -> None:
    table(grid.head, grid.rows, title=grid.caption)
    print()
