"""Why doses were not given, counted by rule."""

import re

import polars as pl

from aldesim.report.wording import title


def rule_of(reason: str) -> str:
    """Rule of one recorded reason, in words: what stands before the sign values.

    ``"HOLD-05 change of mental status: confusion_grade 2"`` becomes
    ``"Change of mental status (HOLD-05)"``.
    """
    rule = re.split(r" \(|: |=", reason, maxsplit=1)[0].strip()
    code = re.match(r"([A-Z]+-[0-9A-Za-z]+)\s+(\S.*)", rule)
    return f"{title(code[2])} ({code[1]})" if code else title(rule)


def reason_table(doses: pl.DataFrame) -> pl.DataFrame:
    """Decisions by rule, most frequent first.

    Parameters
    ----------
    doses : DataFrame
        The ledger: columns `id`, `action`, `reasons` (``; `` between two).

    Returns
    -------
    DataFrame
        Columns `rule` (in words), `held`, `stopped_cycle`, `stopped_for_good`, `decisions`,
        `patients`. A decision without a recorded reason counts as ``Not recorded``.
    """
    action = pl.col("action")
    split = (
        doses.filter(action != "give")
        .select("id", "action", pl.col("reasons").fill_null("").str.split("; "))
        .with_row_index("decision")
        .explode("reasons", empty_as_null=True, keep_nulls=True)
    )
    rules = split["reasons"].unique().fill_null("")
    names = {text: rule_of(text) or "Not recorded" for text in rules.to_list()}
    return (
        split.with_columns(
            pl.col("reasons")
            .fill_null("")
            .replace_strict(names, default="Not recorded", return_dtype=pl.String)
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
        .sort(["decisions", "rule"], descending=[True, False])
    )
