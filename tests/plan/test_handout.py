import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from aldesim.errors import InputError
from aldesim.plan import handout, rates_of_run, shipped_rates
from aldesim.plan.days_in_words import days_in_words
from aldesim.plan.handout import in_hundred
from aldesim.plan.rates import SHELF, read_rates
from aldesim.plan.words import load_effects
from aldesim.regimen import load_regimen, regimen_names
from aldesim.trial import run

_spec = importlib.util.spec_from_file_location("reading", Path(__file__).with_name("reading.py"))
reading = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reading)

HIGH_DOSE = load_regimen("high_dose")


def page(name: str):
    return handout(load_regimen(name), shipped_rates(name))


@pytest.mark.parametrize(
    ("word", "count"),
    [("drug", 1), ("doses", 2), ("needed", 2), ("stopped", 1), ("little", 2), ("kidneys", 2),
     ("side", 1), ("interleukin", 4), ("treatment", 2), ("muscle", 2), ("goes", 1)],
)  # fmt: skip
def test_syllables(word, count):
    assert reading.syllables(word) == count


def test_the_grade_knows_easy_text_from_hard():
    assert reading.grade("The cat sat on the mat. It was fat.") < 1
    assert (
        reading.grade(
            "Administration necessitates comprehensive cardiopulmonary evaluation, since vascular "
            "permeability alterations precipitate haemodynamic instability and organ dysfunction."
        )
        > 16
    )


@pytest.mark.parametrize("name", regimen_names())
def test_reading_grade_is_eight_or_less(name):
    text = page(name).prose()
    assert reading.grade(text) <= 8
    longest = max(reading.sentences(text), key=lambda s: len(reading.words(s)))
    assert len(reading.words(longest)) <= 22, longest


@pytest.mark.parametrize("name", regimen_names())
def test_every_regimen_has_the_parts_and_the_notice(name):
    made = page(name)
    text, html = made.to_text(), made.to_html()
    for document in (text, html):
        assert "not medical advice" in " ".join(document.split())
        assert "What is interleukin-2?" in document
        assert "What do the days look like?" in document
        assert "What goes away" in document
        assert "Questions to ask your care team" in document
        assert "{" not in re.sub(r"<style>.*?</style>", "", document, flags=re.S)
    assert max(map(len, text.splitlines())) <= 80
    assert "http:" not in html and "https:" not in html
    assert "<script" not in html


def test_simulated_and_published_stand_side_by_side_and_are_labelled():
    text = page("high_dose").to_text()
    block = text[text.index("Low blood pressure") : text.index("Kidneys work less well")]
    rates = shipped_rates("high_dose")
    assert f"Simulated: {in_hundred(rates.any_grade('Hypotension'))}" in block
    assert "Published: 71 of 100" in block
    assert f"seed {rates.seed}" in text
    assert rates.remake[0] in text


def test_numbers_are_not_lent_to_another_regimen():
    with pytest.raises(InputError, match=r"high-dose-melanoma.*not of subcutaneous_flat"):
        handout(load_regimen("subcutaneous_flat"), shipped_rates("high_dose"))
    low = handout(load_regimen("subcutaneous_low_dose"))
    assert "Published" not in low.to_text()
    assert "no simulated numbers" in " ".join(low.to_text().split())
    assert all(row.share is None for row in low.effects)


def test_terms_are_those_of_the_grading_table():
    from aldesim.care import load_grading

    names = {term.name for term in load_grading().terms.values()}
    used = {effect.term for effect in load_effects() if effect.term}
    assert used <= names


@pytest.mark.parametrize("path", sorted(SHELF.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_rates_name_their_origin(path):
    rates = read_rates(path)
    assert rates.scenario == path.stem
    assert rates.remake[0].startswith(f"aldesim run {rates.scenario} --patients")
    assert re.fullmatch(r"[0-9a-f]{64}", rates.identity)
    assert load_regimen(rates.regimen).id == rates.regimen
    for term in rates.terms:
        assert 0 <= rates.serious(term) <= rates.any_grade(term) <= 1


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "none seen"), (0.004, "fewer than 1 of 100"), (0.5, "50 of 100"), (1, "100 of 100"),
     (0.997, "more than 99 of 100")],
)  # fmt: skip
def test_shares_in_words(share, said):
    assert in_hundred(share) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("high_dose", "every 8 hours, day and night, for five days. That is at most 14 doses."),
        ("high_dose", "Then you rest for nine days. This is done two times in all."),
        ("continuous_infusion", "It goes on for five days. Then you rest for four days."),
        ("subcutaneous_outpatient", "five days of each week, for six weeks."),
        ("subcutaneous_low_dose", "once a day for 12 weeks"),
        ("hiv_intermittent", "a shot every 12 hours for five days."),
        ("after_til", "at most 6 doses"),
        ("single_bolus", "There is one dose."),
    ],
)
def test_the_calendar_in_words(name, said):
    assert said in " ".join(days_in_words(load_regimen(name)))


def test_rates_of_a_finished_run_go_through_a_file(tmp_path):
    result = run("high-dose-melanoma", patients=6, out=tmp_path / "here", workers=1)
    rates = rates_of_run(result.folder)
    assert (rates.regimen, rates.patients) == ("high_dose", 6)
    toxicity = result.toxicity.collect()
    low = toxicity.filter((pl.col("term") == "Hypotension") & (pl.col("grade") > 0))
    assert sum(rates.terms["Hypotension"]) == low["id"].n_unique()
    kept = tmp_path / "mine.yaml"
    kept.write_text(rates.to_yaml())
    assert read_rates(kept) == rates
    assert "6 virtual patients" in " ".join(handout(HIGH_DOSE, rates).to_text().split())


def test_rates_are_printed_as_they_are_shipped(tmp_path):
    def call(*arguments):
        command = [sys.executable, "-W", "error", "-m", "aldesim.plan", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    folder = run("high-dose-melanoma", patients=2, out=tmp_path / "here", workers=1).folder
    done = call(str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    kept = tmp_path / "mine.yaml"
    kept.write_text(done.stdout)
    assert read_rates(kept) == rates_of_run(folder)
    for arguments in ((), (str(tmp_path),)):
        failed = call(*arguments)
        assert failed.returncode == 2
        assert failed.stderr.count("\n") == 1


def test_no_run_in_the_folder(tmp_path):
    with pytest.raises(InputError, match="holds no finished run"):
        rates_of_run(tmp_path)


def test_malformed_rates(tmp_path):
    text = (SHELF / "high-dose-melanoma.yaml").read_text()
    path = tmp_path / "mine.yaml"
    for old, new, said in (
        ("patients: 1000", "patients: 0", "patients = 0"),
        ("Sepsis: [0,", "Sepsis: [-3,", "Sepsis"),
        ("Sepsis: [0,", "Sepsis: [1001,", "of 1000 patients"),
        ("program:", "colour: red\nprogram:", "colour = 'red': unknown field"),
    ):
        path.write_text(text.replace(old, new))
        with pytest.raises(InputError) as caught:
            read_rates(path)
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)
