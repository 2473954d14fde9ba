"""The bedside in a real browser: slider, hold, link, exports, years, a wrong value."""

import io
import re
import zipfile

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

pytest.importorskip("playwright")
from playwright.sync_api import expect  # noqa: E402  (only where there is a browser)


def opened(page, setting="?weight=80"):
    page.evaluate("document.getElementById('page-bedside')?.removeAttribute('data-complete')")
    page.goto(f"{page.address}#bedside{setting}")
    expect(page.locator("#page-bedside")).to_have_attribute("data-complete", "true")


def drawn(page, plot="il2"):
    return page.evaluate(
        "id => document.getElementById(id)._fullData?.map(t => [t.name, t._length])",
        f"plot-{plot}",
    )


def test_a_slider_gives_a_new_picture_and_new_words(page):
    opened(page)
    before = page.locator("#headline").inner_text()
    assert "of 28 doses given" in before
    assert drawn(page)[0][1] > 300
    page.locator("#bedside-weight").focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#bedside-weight-number")).to_have_value("110")
    expect(page).to_have_url(re.compile("weight=110"))
    page.locator("#bedside-dose-number").fill("20")
    expect(page).to_have_url(re.compile("dose=20"))
    expect(page.locator("#headline")).not_to_have_text(before)
    expect(page.locator("#headline")).to_contain_text("28 of 28 doses given")
    expect(page.locator("#missed")).to_contain_text("Every dose was given")


def test_a_link_brings_the_setting_and_the_held_one_back(page):
    opened(page, "?weight=60&dose=50&b=&b.weight=120")
    expect(page.locator("#bedside-weight")).to_have_value("60")
    assert [name for name, _ in drawn(page)] == ["IL-2 (A)", "IL-2 (B)"]
    expect(page.locator("#outcomes thead")).to_contain_text("B (kept)")
    page.get_by_role("button", name="Let go of B").click()
    expect(page.locator("#outcomes thead")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("b.weight"))


def test_hours_days_and_years_show_the_same_course(page):
    opened(page)
    spans = {}
    for view in ("Hours", "Days", "Years"):
        page.get_by_role("button", name=view, exact=True).click()
        page.wait_for_timeout(150)
        spans[view] = page.evaluate(
            "['lane', 'il2', 'signal'].map(id =>"
            " document.getElementById('plot-' + id).layout.xaxis.range.map(Math.round))"
        )
    for span in spans.values():
        assert span[0] == span[1] == span[2]
    lengths = [one[0][1] - one[0][0] for one in spans.values()]
    assert lengths == sorted(lengths)
    assert lengths[0] == 3
    assert lengths[2] > 700


def test_a_link_brings_back_what_was_looked_at(page):
    opened(page, "?weight=90&view=years&day=3.5")
    pressed = page.locator("[data-view][aria-pressed=true]")
    expect(pressed).to_have_text("Years")
    expect(page.locator("#moment-heading")).to_have_text("What happens on day 4, hour 12")
    expect(page).to_have_url(re.compile("view=years&day=3.5"))
    opened(page, "?weight=90&from=1&to=2.5&nonsense=1")
    expect(pressed).to_have_text("Days")
    assert page.evaluate("document.getElementById('plot-il2').layout.xaxis.range") == [1, 2.5]
    expect(page.locator("#trouble")).to_contain_text("nonsense")


def test_a_missed_dose_leads_to_its_hour(page):
    opened(page, "?weight=110&dose=150")
    reason = page.locator("#missed button").last
    text = reason.inner_text()
    reason.click()
    expect(page.locator("#moment p").first).to_contain_text(text.split("held: ")[1][:20])


def test_the_keyboard_steps_from_dose_to_dose(page):
    opened(page, "?weight=81&day=0")
    heading = page.locator("#moment-heading")
    expect(heading).to_have_text("What happens on day 1, hour 0")
    page.get_by_role("button", name="To the next dose").focus()
    page.keyboard.press("Enter")
    expect(heading).to_have_text("What happens on day 1, hour 8")
    expect(page.locator("#moment p").first).to_contain_text("Dose 2 of cycle 1")
    page.get_by_role("button", name="To the dose before").click()
    expect(heading).to_have_text("What happens on day 1, hour 0")


def test_healthy_people_have_no_tumour_to_set_or_see(page):
    opened(page, "?disease=healthy&regimen=subcutaneous_low_dose")
    expect(page.locator("#bedside-size")).to_be_hidden()
    expect(page.locator("#plot-tumour")).to_be_hidden()
    expect(page.locator("#setting")).to_contain_text("Nobody here has a tumour")


def test_exports_are_files(page):
    opened(page)

    def saved(kind):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=kind, exact=True).click()
        return waiting.value.path().read_bytes()

    head, first, *_ = saved("CSV").decode().splitlines()
    assert head.startswith("time,il2_plasma")
    assert first.endswith("give")
    assert "scenario.yaml" in zipfile.ZipFile(io.BytesIO(saved("Scenario"))).namelist()
    picture = saved("PNG")
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 50_000


def test_a_value_out_of_its_limits_is_refused_in_words(page):
    opened(page)
    page.evaluate(
        "() => { const s = document.getElementById('bedside-weight');"
        " s.max = 900; s.value = 900; s.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    expect(page.locator("#trouble")).to_contain_text("must be within 40 and 160 kg")
    page.get_by_role("button", name="Back to the start").click()
    expect(page.locator("#trouble")).to_be_hidden()
