"""Why doses were not given, counted by rule."""

import re

import polars as pl

from aldesim.report.tables import Frame, collect
from aldesim.report.wording import title

_VALUES = r"(?: \(|: |=).*"


def rule_of(reason: str) -> str:
    """Rule of one recorded reason, in words: what stands before the sign values.

    ``"HOLD-05 change of mental status: confusion_grade 2"`` becomes
    ``"Change of mental status (HOLD-05)"``.
    """
    rule = re.sub(_VALUES, "", reason).strip()
    code = re.match(r"([A-Z]+-[0-9A-Za-z]+)\s+(\S.*)", rule)
    return f"{title(code[2])} ({code[1]})" if code else title(rule)


def reason_table(doses: Frame) -> pl.DataFrame:
    """Decisions by rule, most frequent first.

    Parameters
    ----------
    doses : DataFrame or LazyFrame
        The ledger: columns `id`, `action`, `reasons` (``; `` between two).

    Returns
    -------
    DataFrame
        Columns `rule` (in words), `held`, `stopped_cycle`, `stopped_for_good`, `decisions`,
        `patients`. A decision without a recorded reason counts as ``Not recorded``.
    """
    action, text = pl.col("action"), pl.col("reasons").fill_null("").str.split("; ")
    # The rule stands before the sign values, which differ from decision to decision.
    rule = pl.element().str.replace(_VALUES, "").str.strip_chars()
    counts = (
        doses.lazy()
        .filter(action != "give")
        .select("id", "action", text.list.eval(rule).list.unique().alias("rule"))
        .explode("rule", empty_as_null=True, keep_nulls=True)
        .group_by("rule")
        .agg(
            (action == "hold").sum().alias("held"),
            (action == "stop_cycle").sum().alias("stopped_cycle"),
            (action == "stop_for_good").sum().alias("stopped_for_good"),
            pl.len().alias("decisions"),
            pl.col("id").n_unique().alias("patients"),
        )
    )
    found = collect(counts)
    names = [rule_of(rule or "") or "Not recorded" for rule in found["rule"].to_list()]
    return found.with_columns(pl.Series("rule", names, pl.String)).sort(
        ["decisions", "rule"], descending=[True, False]
    )
