import html
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import polars as pl
import pytest

from aldesim.report import pick_patients, summary, write_report
from aldesim.report.page import render
from aldesim.report.summary import Endpoints
from aldesim.report.tables import Tables
from aldesim.trial.endpoints import kaplan_meier, proportion


class Reader(HTMLParser):
    """Elements, ids, headings, and the text outside scripts and styles."""

    def __init__(self):
        super().__init__()
        self.links, self.ids, self.headings, self.text = [], [], [], []
        self.scripts, self.counts, self.references, self._in = [], {}, [], None

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.links += [(tag, k, v) for k, v in attrs if k in ("src", "href", "action", "poster")]
        self.ids += [values["id"]] if "id" in values else []
        for key in ("aria-labelledby", "aria-describedby", "for"):
            self.references += (values.get(key) or "").split()
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("script", "style"):
            self._in = tag
            self.scripts.append("")

    def handle_endtag(self, tag):
        if tag == self._in:
            self._in = None

    def handle_data(self, data):
        if self._in:
            self.scripts[-1] += data
        else:
            self.text.append(data)


def read(page):
    reader = Reader()
    reader.feed(page)
    return reader


def shown(page):
    return " ".join(" ".join(read(page).text).split())


@pytest.fixture(scope="module")
def page(trial):
    return render(trial, trial.single)


def test_the_page_asks_nothing_of_any_network(page):
    reader = read(page)
    assert [link for link in reader.links if not link[2].startswith("#")] == []
    assert "default-src 'none'" in page
    own = page.replace(next(s for s in reader.scripts if len(s) > 1_000_000), "")
    assert "@import" not in own and "url(" not in own and "fetch(" not in own
    assert re.findall(r"https?://", own) == []


def test_structure_is_sound_for_a_screen_reader(page):
    reader = read(page)
    assert len(reader.ids) == len(set(reader.ids))
    assert set(reader.references) <= set(reader.ids)
    assert {link[2][1:] for link in reader.links} <= set(reader.ids)
    assert reader.headings[0] == 1 and reader.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(reader.headings, reader.headings[1:], strict=False))
    assert reader.counts["main"] == reader.counts["nav"] == reader.counts["header"] == 1
    assert reader.counts["figure"] == reader.counts["figcaption"]
    assert reader.counts["table"] == reader.counts["caption"]
    assert page.count("<th ") == page.count('<th scope="')
    assert reader.counts["label"] >= reader.counts["input"] + reader.counts["select"]


def test_figures_are_valid_json_that_cannot_end_their_script(page):
    blocks = re.findall(r'<script type="application/json" id="([^"]+)">(.*?)</script>', page, re.S)
    assert len(blocks) > 20
    for name, text in blocks:
        assert "<" not in text, name
        json.loads(text)


def test_numbers_on_the_page_are_those_of_the_frames(trial, page):
    ok = trial.patients.filter(pl.col("status") == "ok")
    responders = ok.filter(pl.col("best_response").is_in(["CR", "PR"])).height
    rate = proportion(responders, ok.height)
    os = kaplan_meier(ok["death_day"].to_numpy(), ok["died"].to_numpy()).median().value
    text = shown(page).replace("\u00a0", " ")
    assert f"{100 * rate.value:.1f} %" in text
    assert f"95 % interval {100 * rate.low:.1f} to {100 * rate.high:.1f} %; {responders} of" in text
    assert f"{os / 30.4375:.1f} months" in text
    assert f"{np.median(ok['doses_given']):g} of 28" in text
    cr = ok.filter(pl.col("best_response") == "CR").height
    assert re.search(rf"CR, complete response\s+{cr}\s", text)


def test_summary_rows_and_page_header_agree(trial, page):
    text = shown(page)
    rows = summary(trial)
    assert [row.label for row in rows][:2] == ["Patients", "Doses given, median"]
    for row in rows:
        assert " ".join(f"{row.label} {row.value} {row.note}".split()) in text


def test_failed_patients_are_counted_and_named_never_dropped(trial, page):
    text = shown(page)
    assert "59 of 60 simulated patients" in text
    assert "the simulation of 1 patient failed" in text
    assert "Patient 3 step limit at day 3.2" in text
    assert Endpoints(Tables(trial)).n == 59


def test_rules_not_evaluated_are_listed(page):
    text = shown(page)
    assert "Hold for bullous dermatitis. bullous dermatitis no" in text
    assert "hyperkalaemia in part" in text


def test_inputs_are_on_the_page(trial, page):
    text = shown(page)
    assert trial.manifest["command"] in text
    assert trial.manifest["hashes"]["model"] in text
    assert "population: melanoma" in text


def test_hostile_text_is_shown_and_not_run(trial, changed):
    nasty = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    manifest = trial.manifest | {
        "title": nasty,
        "command": nasty,
        "scenario": trial.manifest["scenario"] | {"title": nasty, "name": nasty},
        "not_evaluated": [{"id": nasty, "text": nasty, "signs": [nasty]}],
    }
    doses = trial.doses.with_columns(
        pl.when(pl.col("action") == "hold")
        .then(pl.lit(nasty))
        .otherwise("reasons")
        .alias("reasons")
    )
    patients = trial.patients.with_columns(
        pl.when(pl.col("status") != "ok").then(pl.lit(nasty)).otherwise("status").alias("status")
    )
    made = render(changed(trial, manifest=manifest, doses=doses, patients=patients), trial.single)
    reader = read(made)
    assert "img" not in reader.counts
    clean = read(render(trial, trial.single))
    assert reader.counts["script"] == clean.counts["script"]
    assert html.escape(nasty) in made
    # Plotly reads a small HTML in its texts; ours must reach it as entities.
    for script in reader.scripts:
        if script.startswith('{"data"') and "onerror" in script:
            assert "<img" not in script.encode().decode("unicode_escape", "ignore")


@pytest.mark.parametrize(
    "arguments",
    [
        {"n": 1, "failed": ()},
        {"n": 12, "respond": False},
        {"n": 12, "die": False},
        {"n": 5, "failed": (0, 1, 2, 3, 4)},
    ],
    ids=["one patient", "no responder", "no death", "all failed"],
)
def test_thin_trials_make_a_page_too(make_trial, arguments):
    trial = make_trial(**arguments)
    text = shown(render(trial))
    failed = len(arguments.get("failed", (3,)))
    assert ("none failed" in text) == (failed == 0)
    if arguments.get("respond") is False:
        assert "Response (CR + PR) 0.0" in text
    if failed == 5:
        assert "0 of 5 simulated patients" in text
    if arguments.get("die") is False:
        assert "Median OS not reached" in text
    assert "nan" not in text.lower().replace("financ", "")


def test_a_trial_without_holds_says_so(trial, changed):
    doses = trial.doses.filter(pl.col("action") == "give")
    assert "No dose was held or stopped" in render(changed(trial, doses=doses))


def test_write_report_takes_lazy_tables_and_replaces_the_file(trial, changed, tmp_path):
    lazy = {
        name: getattr(trial, name).lazy()
        for name in ("patients", "doses", "orders", "scans", "toxicity", "courses", "events")
    }
    path = tmp_path / "report.html"
    path.write_text("old")
    assert write_report(changed(trial, **lazy), path, trial.single.lazy()) == path
    assert path.read_text("utf-8") == render(trial, trial.single)
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_thousand_patients_in_eight_megabytes(make_trial, tmp_path):
    trial = make_trial(1000)
    path = write_report(trial, tmp_path / "report.html", trial.single)
    assert path.stat().st_size < 8e6


def test_picks_are_distinct_and_repeatable(trial):
    picks = pick_patients(trial)
    assert len({pick.id for pick in picks}) == len(picks) == 8
    assert picks == pick_patients(trial)
    assert 3 not in {pick.id for pick in picks}


def test_importing_aldesim_loads_no_report_library():
    heavy = "('polars', 'plotly', 'jinja2')"
    code = f"import sys, aldesim; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_every_picture_offers_its_data(page):
    plots = re.findall(r'class="plot" id="([^"]+)"', page)
    offered = re.findall(r'class="data" data-of="([^"]+)"', page)
    assert plots and plots == offered


def test_without_a_tumour_the_page_is_about_cells_and_virus(trial, changed):
    people = {"population": {"tumour": False}}
    folds = {"blood_Treg_fold_max": pl.lit(3.0), "blood_CD4_fold_end": pl.lit(1.5)}
    healthy = changed(
        trial,
        manifest=trial.manifest | {"inputs": people},
        patients=trial.patients.with_columns(**folds),
    )
    infected = changed(healthy, courses=trial.courses.with_columns(viral_load=pl.lit(500.0)))
    for one, heading in ((healthy, "Cells"), (infected, "Cells and virus")):
        page = render(one)
        assert f'<h2 id="cells-title">{heading}</h2>' in page
        assert 'id="response"' not in page and 'id="survival"' not in page
