"""Remakes docs/drivers.md: what drives response and what drives stopping.

    python docs/drivers.py

Resumes where it stopped; nothing is simulated again while the model stays the same.
"""

from pathlib import Path

from aldesim.commands.terminal import Progress
from aldesim.report.drivers import drivers_head, drivers_rows
from aldesim.sensitivity import Screening, screen

DOCS = Path(__file__).parent
EXPERIMENT = "high-dose-melanoma"
READOUTS = {
    "column name=best_change_pct": "Largest shrinkage of the tumour, percent of the start",
    "response best=objective": "Share with an objective response",
    "column name=doses_given": "Doses given of 28",
    "treated_share name=pressor_used": "Share given a vasopressor",
}
SCREENED = {"samples": 4, "patients": 16}
SHARED = {"samples": 32, "patients": 16}
LEADING = 4
"""Parameters of the screening that go on to the shares of variance, from either question."""

HEAD = """# What drives response, and what stops the doses

High-dose interleukin-2 in melanoma, closed loop. Every parameter is moved in every virtual patient
around that patient's own value; patients, fates and rules stay the same. Made by
`python docs/drivers.py`; any other question is one command, for example

```console
$ aldesim sensitivity high-dose-renal-cell --parameters kidney,circulation \\
    --readout "column name=creatinine_max"
```
"""


def table(found: Screening, number: int, count: int) -> list[str]:
    """Markdown table of the leading drivers of a readout."""
    head = drivers_head(found)
    lines = [head, ["---"] * len(head), *drivers_rows(found, number, count)]
    return ["| " + " | ".join(line) + " |" for line in lines]


def main() -> None:
    """Screen all that varies, then share out the variance among the strongest."""
    lines = tuple(READOUTS)
    with Progress("versions") as progress:
        many = screen(EXPERIMENT, readouts=lines, progress=progress.show, **SCREENED)
    leading = dict.fromkeys(
        one.parameter for number in (0, 2) for one in many.drivers[number][:LEADING]
    )
    with Progress("versions") as progress:
        few = screen(
            EXPERIMENT,
            method="sobol",
            parameters=tuple(leading),
            readouts=lines,
            progress=progress.show,
            **SHARED,
        )
    parts = [HEAD, "## Screening of all parameters that differ between patients\n"]
    parts.append(
        f"Morris, radial design: {many.versions} versions of {many.patients} patients. Size is the "
        "mean absolute effect of moving a parameter from two between-patient standard deviations "
        "below to two above; a mean as large as the size has one direction; a spread larger than "
        "the size tells of interplay. Base points are few: read the intervals, not the digits."
        "\n"
    )
    for number, line in enumerate(lines):
        parts += [f"### {READOUTS[line]}\n", *table(many, number, 8), ""]
    parts.append("## Shares of variance among the strongest\n")
    parts.append(
        f"Sobol: {few.versions} versions of {few.patients} patients, each parameter moved as it "
        "differs between patients. Intervals are wide: they are of this sample size.\n"
    )
    for number, line in enumerate(lines):
        parts += [f"### {READOUTS[line]}\n", *table(few, number, 8), ""]
    (DOCS / "drivers.md").write_text("\n".join(parts).rstrip() + "\n", "utf-8")


if __name__ == "__main__":
    main()
