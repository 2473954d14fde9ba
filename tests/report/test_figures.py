import numpy as np
import polars as pl
import pytest

from aldesim.report import figures
from aldesim.report.palette import DARK, LIGHT
from aldesim.report.reasons import reason_table, rule_of
from aldesim.report.signs import SIGNS
from aldesim.report.summary import Endpoints
from aldesim.report.tables import Tables
from aldesim.trial.endpoints import kaplan_meier


def all_figures(trial, theme=LIGHT):
    tables = Tables(trial)
    ends = Endpoints(tables)
    mine = pl.col("id") == int(tables.patients["id"][0])
    made = {
        "doses_given": figures.doses_given(tables.patients, theme=theme),
        "doses_by_slot": figures.doses_by_slot(tables.doses, tables.patients, theme=theme),
        "reasons": figures.reasons(tables.doses, theme=theme),
        "waterfall": figures.waterfall(tables.patients, theme=theme),
        "spider": figures.spider(tables.scans, tables.patients, theme=theme),
        "pfs": figures.survival({"all": ends.progression}, "progression", theme=theme),
        "os": figures.survival({"all": ends.survival}, "survival", theme=theme),
        "toxicity": figures.toxicity(ends.toxicity, theme=theme),
        "arms": figures.toxicity_of_arms(
            (("one", ends.toxicity), ("other", ends.toxicity)), theme=theme
        ),
        "swimmer": figures.swimmer(tables.patients, theme=theme),
        "intensity": figures.dose_intensity(tables.patients, theme=theme),
        "patient": figures.patient(
            trial.single.filter(mine),
            tables.doses.filter(mine).collect(),
            trial.events.filter(mine),
            theme=theme,
        ),
    }
    for sign in (SIGNS[name] for name in trial.courses.columns if name in SIGNS):
        table = figures.course_table(trial.courses, sign)
        made[sign.name] = figures.course(table, sign, theme=theme)
    return made


def test_every_axis_with_numbers_has_a_title_with_its_unit(trial):
    units = (
        "number",
        "%",
        "Months",
        "Day",
        "rank",
        "Dose",
        "mm",
        "pM",
        "/",
        "°C",
        "=",
        "times",
        "mL",
    )
    units += ("mg", "kg", "cells", "beats", "share")
    for name, figure in all_figures(trial).items():
        spec = figure.to_plotly_json()["layout"]
        for key in (k for k in spec if k.startswith(("xaxis", "yaxis"))):
            axis = spec[key]
            title = axis.get("title", {}).get("text", "")
            if not title:
                assert axis.get("showticklabels") is False, (name, key)
                continue
            assert any(unit in title for unit in units), (name, key, title)


def test_every_figure_has_a_title_and_a_caption(trial):
    for name, figure in all_figures(trial).items():
        assert figure.layout.meta["title"] and figure.layout.meta["caption"].endswith("."), name


def test_themes_differ_in_colour_only(trial):
    light, dark = all_figures(trial)["waterfall"], all_figures(trial, DARK)["waterfall"]
    assert light.data[0].marker.color == LIGHT.cr
    assert dark.data[0].marker.color == DARK.cr
    assert np.array_equal(light.data[0].y, dark.data[0].y)


def test_waterfall_has_one_bar_for_each_scanned_patient_and_says_who_has_none(trial):
    tables = Tables(trial)
    figure = figures.waterfall(tables.patients)
    scanned = tables.patients.filter(pl.col("best_change_pct").is_not_nan()).height
    assert sum(len(bar.y) for bar in figure.data) == scanned
    missing = tables.patients.height - scanned
    assert missing > 0
    assert f"{missing} patient" in figure.layout.meta["caption"]


def test_waterfall_of_many_draws_fewer_and_says_so(make_trial):
    patients = pl.concat([make_trial(100).patients] * 40).with_row_index("n")
    patients = patients.drop("id").rename({"n": "id"})
    figure = figures.waterfall(patients)
    assert sum(len(bar.y) for bar in figure.data) <= 1500
    assert "One patient in 3 is drawn" in figure.layout.meta["caption"]


def test_spider_lines_begin_at_zero_even_without_a_baseline_scan(trial):
    tables = Tables(trial)
    later = tables.scans.filter(pl.col("time") > 0).collect()
    figure = figures.spider(later, tables.patients)
    lines = [line for line in figure.data if line.customdata is not None]
    starts = sum(int(np.sum((line.x == 0) & (line.y == 0))) for line in lines)
    assert starts == later["id"].n_unique()


def test_slots_count_held_and_stopped_as_not_given(trial):
    tables = Tables(trial)
    table = figures.slot_table(tables.doses, tables.patients.height)
    assert table["given"].sum() == tables.patients["doses_given"].sum()
    assert table["dose"].max() == 14
    row = table.row(0, named=True)
    assert row["given_pct"] == pytest.approx(100 * row["given"] / tables.patients.height)


def test_dose_histogram_counts_every_patient(trial):
    tables = Tables(trial)
    bars = figures.doses_given(tables.patients).data[0]
    assert bars.y.sum() == tables.patients.height
    assert (bars.x * bars.y).sum() == tables.patients["doses_given"].sum()


def test_reasons_are_counted_by_rule_and_decision():
    doses = pl.DataFrame(
        {
            "id": [1, 1, 2],
            "action": ["hold", "stop_for_good", "hold"],
            "reasons": [
                "R-1 low pressure: SBP 80 mmHg; R-2 fever: 40 C",
                "R-1 low pressure: SBP 70",
                "",
            ],
        }
    )
    table = {row["rule"]: row for row in reason_table(doses).iter_rows(named=True)}
    assert table["Low pressure (R-1)"]["held"] == 1
    assert table["Low pressure (R-1)"]["stopped_for_good"] == 1
    assert table["Low pressure (R-1)"]["patients"] == 1
    assert table["Fever (R-2)"]["decisions"] == 1
    assert table["Not recorded"]["held"] == 1


def test_rule_of_reads_plain_ids_too():
    assert rule_of("low_oxygen (SpO2 88 %)") == "Low oxygen"
    assert rule_of("HOLD-05 change of mental status: confusion_grade 2") == (
        "Change of mental status (HOLD-05)"
    )


def test_survival_figure_shows_numbers_at_risk_and_a_band_that_ends_with_the_patients():
    curve = kaplan_meier([30.0, 60.0, 90.0], [True, True, True])
    figure = figures.survival({"all": curve}, "survival")
    texts = [a.text for a in figure.layout.annotations]
    assert {"At risk", "3", "2", "1"} <= set(texts)
    assert not np.isnan(figure.data[1].y).any()
    assert "3 patients, 3 events" in figure.layout.meta["caption"]


def test_survival_without_events_reaches_no_median():
    curve = kaplan_meier([700.0, 730.0], [False, False])
    assert "Median not reached" in figures.survival({"a": curve}, "survival").layout.meta["caption"]


def test_course_bands_are_the_quantiles_and_skip_missing_values():
    courses = pl.DataFrame(
        {"id": [0, 1, 2, 3], "time": [0.0] * 4, "MAP": [60.0, 80.0, 100.0, float("nan")]}
    )
    row = figures.course_table(courses, SIGNS["MAP"]).row(0, named=True)
    assert (row["n"], row["mean"], row["median"]) == (3, 80.0, 80.0)
    assert row["low"] == pytest.approx(62) and row["high"] == pytest.approx(98)


def test_weight_is_change_from_the_own_first_value():
    courses = pl.DataFrame(
        {"id": [0, 0, 1, 1], "time": [0.0, 1.0] * 2, "weight": [80.0, 88.0, 50.0, 55.0]}
    )
    table = figures.course_table(courses, SIGNS["weight"])
    assert table["median"].to_list() == pytest.approx([0, 10])


def test_patient_marks_every_decision_and_gives_the_reason(trial):
    tables = Tables(trial)
    held = tables.doses.filter(pl.col("action") == "hold").collect()["id"][0]
    mine = pl.col("id") == held
    doses = tables.doses.filter(mine).collect()
    figure = figures.patient(trial.courses.filter(mine), doses, trial.events.filter(mine))
    marks = [t for t in figure.data if t.mode == "markers"]
    assert sum(len(t.x) for t in marks) == doses.height
    hold = next(t for t in marks if t.name.startswith("held"))
    assert "hold below" in hold.text[0] or "hold at" in hold.text[0]


def test_butterfly_puts_mild_grades_left_and_severe_ones_right(trial):
    table = Endpoints(Tables(trial)).toxicity
    for bars in figures.toxicity(table).data:
        side = -1 if bars.name in ("Grade 1", "Grade 2") else 1
        assert (side * np.asarray(bars.x) >= 0).all()
    drawn = sum(np.abs(bars.x).sum() for bars in figures.toxicity(table).data)
    assert drawn == pytest.approx(100 * table.any_grade.sum() / table.patients)


def test_swimmer_draws_each_responder_once_and_long_ones_first(trial):
    patients = Tables(trial).patients
    responders = patients.filter(pl.col("best_response").is_in(["CR", "PR"]))
    bars = [trace for trace in figures.swimmer(patients).data if trace.type == "bar"]
    drawn = sorted(int(i) for trace in bars for i in trace.customdata)
    assert drawn == sorted(responders["id"].to_list())
    length = {int(row): x for t in bars for row, x in zip(t.y, t.x, strict=True)}
    assert list(dict(sorted(length.items())).values()) == sorted(length.values(), reverse=True)


def test_dose_intensity_counts_patients_with_at_least_a_share(trial):
    patients = Tables(trial).patients
    whole = figures.dose_intensity(patients).data[0]
    share = 100 * patients["doses_given"].to_numpy() / patients["doses_planned"].to_numpy()
    for x, y in zip(whole.x, whole.y, strict=True):
        assert y == pytest.approx(100 * (share >= x - 1e-9).mean())
