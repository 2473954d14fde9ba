import html
import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from aldesim.evidence import Observation, Row, Scoreboard
from aldesim.report.figures.scoreboard import Scale, drawing, figures, observed
from aldesim.report.scoreboard import misses_first, render, write_scoreboard

OBSERVED = Observation(
    id="half-life",
    domain="PK",
    quantity="half-life after a bolus",
    scenario="single-bolus",
    readout="half_life from_min=120 until_min=240",
    kind="mean",
    value=85.0,
    side="",
    unit="min",
    n=12,
    n_stated=False,
    interval_low=math.nan,
    interval_high=math.nan,
    between_study=0.0,
    resolution=0.0,
    source="Konrad 1990",
    calibration=True,
    weak=False,
    note="",
)
AROUND = (70.0, 75.0, 80.0, 85.0, 90.0, 95.0, 100.0)


def row(quantiles=AROUND, inside=True, score=-1.0, **changes):
    return Row(replace(OBSERVED, **changes), quantiles, inside, score, 400)


@pytest.fixture(scope="module")
def board():
    nothing = (math.nan,) * 7
    rows = (
        row(),
        row(id="far", value=300.0, inside=False, score=-6.1, calibration=False, note="a & b < c"),
        row(id="bound", value=60.0, side="at least", domain="cells", unit="fold"),
        row(id="never", domain="organs", quantiles=nothing, inside=False, score=math.nan),
        row(
            id="late",
            domain="survival",
            kind="survival",
            quantiles=(40.0, 50.0, 60.0, 70.0, 80.0, math.inf, math.inf),
            interval_low=60.0,
            interval_high=90.0,
            weak=True,
        ),
    )
    return Scoreboard(rows, False, {"single-bolus": "f" * 64}, 12.0)


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.ids, self.references, self.links, self.text = [], [], [], [], []
        self.rows, self._style = [], False

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append(tag)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [v for k, v in attrs if k in ("src", "href", "action")]
        self.references += [v for k, v in attrs if k in ("aria-labelledby", "for")]
        if tag == "tr" and "data-verdict" in values:
            self.rows.append(values)
        self._style = tag in ("style", "script")

    def handle_endtag(self, tag):
        self._style = False

    def handle_data(self, data):
        if not self._style:
            self.text.append(data)


def read(page):
    reader = Reader()
    reader.feed(page)
    return reader


def test_page_asks_nothing_of_any_network_and_is_light(board, tmp_path):
    file = write_scoreboard(board, tmp_path / "scoreboard.html")
    page = file.read_text("utf-8")
    assert all(link.startswith("#") for link in read(page).links)
    assert "default-src 'none'" in page and "url(" not in page and "@import" not in page
    assert list(tmp_path.iterdir()) == [file]
    many = replace(board, rows=tuple(row(id=f"row-{k}") for k in range(300)))
    assert len(render(many).encode()) < 1_500_000


def test_misses_come_first_and_each_row_says_what_filters_need(board):
    assert [r.observation.id for r in misses_first(board)] == [
        *("far", "never", "half-life", "bound", "late"),
    ]
    rows = read(render(board)).rows
    assert [r["id"] for r in rows][:2] == ["far", "never"]
    assert {r["data-verdict"] for r in rows[:2]} == {"out"}
    assert {r["data-domain"] for r in rows} == {"PK", "cells", "organs", "survival"}
    assert rows[0]["data-use"] == "no"


def test_header_says_what_the_board_says(board):
    text = " ".join(" ".join(read(render(board)).text).split())
    assert "Research use only" in text
    assert "3 of 5 observations" in text
    tally = board.tally()
    assert f"{100 * tally.coverage:.0f}\u00a0%" in " ".join(read(render(board)).text)
    assert "does not occur" in text and "12 assumed" in text and "Quick subset" not in text
    assert "Quick subset" in render(replace(board, quick=True))


def test_structure_is_sound_for_a_screen_reader(board):
    reader = read(render(board))
    assert len(reader.ids) == len(set(reader.ids))
    assert set(reader.references) <= set(reader.ids)
    assert {link[1:] for link in reader.links} <= set(reader.ids)
    assert reader.tags.count("h1") == reader.tags.count("main") == 1
    assert reader.tags.count("table") == reader.tags.count("caption")
    page = render(board)
    assert len(re.findall(r"<th[ >]", page)) == page.count('<th scope="')
    assert page.count('role="img" aria-label="') == len(board.rows)


def test_hostile_text_is_shown_and_not_run(board):
    nasty = '"><script>alert(1)</script>'
    bad = row(quantity=nasty, unit=nasty, source=nasty, note=nasty, id=nasty)
    page = render(replace(board, rows=(bad,)))
    assert page.count("<script>") == 1
    assert html.escape(nasty) in page.replace("&#34;", "&quot;")


def test_marks_and_bars_lie_where_the_numbers_are():
    one = row(value=105.0, inside=False)
    svg = str(drawing(one))
    mark = float(re.search(r'class="seen out" d="M([\d.]+)', svg)[1])
    x, width = map(
        float, re.search(r'class="p95" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg).groups()
    )
    assert mark > x + width
    inner = float(re.search(r'class="p50" x="([\d.]+)"', svg)[1])
    assert x < inner < x + width
    assert "outside; simulated median 85" in svg


def test_bounds_point_to_their_side_and_infinity_runs_off():
    up, down = (str(drawing(row(side=side))) for side in ("at least", "at most"))
    assert "l9 6l-9 6z" in up and "l-9 6l9 6z" in down
    late = str(drawing(row(quantiles=(*AROUND[:5], math.inf, math.inf))))
    bar = re.search(r'class="p95" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', late)
    assert float(bar[1]) + float(bar[2]) == pytest.approx(320)
    never = str(drawing(row(quantiles=(math.nan,) * 7, inside=False)))
    assert "p95" not in never and "does not occur" in never


@pytest.mark.parametrize("values", [[1.0, 1e4], [85.0, 85.0], [-42.0, -10.0], [0.0, 3.0], [0.0]])
def test_scales_hold_their_values_and_have_ticks(values):
    scale = Scale.of([*values, math.nan, math.inf])
    assert all(scale.low <= value <= scale.high for value in values)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 9
    places = [scale.x(tick) for tick in ticks]
    assert places == sorted(places)
    assert scale.log == (max(values) > 20 * min(values) > 0)


def test_numbers_keep_three_digits():
    assert [figures(v) for v in (3379.1, 12.04, 0.1523, -42.0, 0.0, math.inf)] == [
        *("3,379", "12", "0.152", "−42", "0", "not reached"),
    ]
    assert observed(row(side="at most", value=0.5)) == "at most 0.5"
