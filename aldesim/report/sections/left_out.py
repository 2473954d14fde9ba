"""What was not evaluated."""

from typing import Any

from aldesim.report.sections.grid import Grid
from aldesim.report.tables import Tables


def left_out(tables: Tables, manifest: dict[str, Any]) -> tuple[list[dict[str, Any]], Grid]:
    """Rules that could not be evaluated, and failed patients by number and reason."""
    reasons = {int(row["id"]): str(row["status"]) for row in tables.failed.iter_rows(named=True)}
    for entry in manifest.get("failed", ()):
        reasons.setdefault(int(entry["id"]), str(entry["reason"]))
    rows = [[f"Patient {key}", reasons[key]] for key in sorted(reasons)]
    return list(manifest.get("not_evaluated", ())), Grid(
        "Failed patients", ["Patient", "Reason"], rows
    )
