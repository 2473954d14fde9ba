"""Each mechanism of the model switched on and off: numbers, a picture, a row of mechanisms.md.

    python docs/mechanisms                  lists the mechanisms
    python docs/mechanisms NAME             prints the numbers of one, draws its picture
    python docs/mechanisms --all            all of them, and the table mechanisms.md

One nominal patient at the values of the parameter table, unless the mechanism says otherwise. High
dose is 600,000 IU/kg over 15 minutes every 8 h, 14 doses a cycle, all given, with maintenance fluid
and a titrated vasopressor, and no drug against symptoms.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from page import DOCS, save, table
from registry import MECHANISMS
from wording import told

CHAPTERS = (
    "natural_il2",
    "receptors",
    "cells",
    "tumour",
    "routes",
    "variants",
    "harm_symptoms",
    "harm_organs",
    "hiv",
)
for chapter in CHAPTERS:  # registers its statements, in the order of the page
    import_module(chapter)


def main(arguments: Sequence[str]) -> int:
    """Runs the command; the exit status."""
    if list(arguments) == ["--all"]:
        shown = {name: m.show() for name, m in MECHANISMS.items()}
        for name, result in shown.items():
            save(MECHANISMS[name], result)
        (DOCS / "mechanisms.md").write_text(table(shown), encoding="utf-8")
        for name, result in shown.items():
            print(f"{'as stated' if result.holds else 'NOT SHOWN'}  {name}")
        return 0
    if len(arguments) == 1 and arguments[0] in MECHANISMS:
        m = MECHANISMS[arguments[0]]
        shown_one = m.show()
        print(m.statement)
        for quantity, row in shown_one.numbers.items():
            print(f"  {quantity}: {told(row)}")
        print(f"  {'as stated' if shown_one.holds else 'NOT SHOWN'}; {save(m, shown_one)}")
        return 0
    print(__doc__)
    for name, m in MECHANISMS.items():
        print(f"  {name:18} {m.statement}")
    return 0 if not arguments else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
