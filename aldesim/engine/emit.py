"""A program's LLVM text: kernels and integrator in one module."""

from __future__ import annotations

from aldesim.engine.kernels import Kernels
from aldesim.engine.lanes import Lanes
from aldesim.engine.layout import Workspace
from aldesim.engine.program import Program
from aldesim.engine.sparse import plan_elimination
from aldesim.engine.stepper import Stepper
from aldesim.engine.tableau import Tableau


def emit(program: Program, tableau: Tableau, width: int) -> str:
    """LLVM assembly of a program for one method and one vector width."""
    elimination = plan_elimination(len(program.states), program.pattern)
    lanes = Lanes(width)
    kernels = Kernels(lanes, program, elimination)
    work = Workspace(len(program.states), len(elimination.slots), tableau.stages)
    Stepper(lanes, kernels, tableau, work)
    return str(lanes.module)
