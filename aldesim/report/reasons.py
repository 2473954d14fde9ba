"""Why doses were not given, counted by rule."""

import polars as pl

from aldesim.report.wording import title


def rule_of(reason: str) -> str:
    """Rule id of one recorded reason: what stands before the sign values."""
    for mark in (" (", ":", "="):
        reason = reason.split(mark, 1)[0]
    return reason.strip()


def reason_table(doses: pl.DataFrame) -> pl.DataFrame:
    """Decisions by rule, most frequent first.

    Parameters
    ----------
    doses : DataFrame
        The ledger: columns `id`, `action`, `reasons` (``; `` between two).

    Returns
    -------
    DataFrame
        Columns `rule`, `label`, `held`, `stopped_cycle`, `stopped_for_good`, `decisions`,
        `patients`. A decision without a recorded reason counts as ``not recorded``.
    """
    action = pl.col("action")
    split = (
        doses.filter(action != "give")
        .select("id", "action", pl.col("reasons").fill_null("").str.split("; "))
        .with_row_index("decision")
        .explode("reasons", empty_as_null=True, keep_nulls=True)
    )
    rules = split["reasons"].unique().fill_null("")
    names = {text: rule_of(text) or "not recorded" for text in rules.to_list()}
    return (
        split.with_columns(
            pl.col("reasons")
            .fill_null("")
            .replace_strict(names, default="not recorded", return_dtype=pl.String)
            .alias("rule")
        )
        .unique(["decision", "rule"])
        .group_by("rule")
        .agg(
            (action == "hold").sum().alias("held"),
            (action == "stop_cycle").sum().alias("stopped_cycle"),
            (action == "stop_for_good").sum().alias("stopped_for_good"),
            pl.len().alias("decisions"),
            pl.col("id").n_unique().alias("patients"),
        )
        .with_columns(
            pl.col("rule").map_elements(title, return_dtype=pl.String).alias("label"),
        )
        .sort(["decisions", "rule"], descending=[True, False])
    )
