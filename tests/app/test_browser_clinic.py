"""The clinic in a real browser: screened, planned, compared, handed out."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

pytest.importorskip("playwright")
from playwright.sync_api import expect  # noqa: E402


def test_screening_calendar_rules_and_handout(page):
    page.goto(f"{page.address}#clinic")
    verdict = page.locator("#verdict")
    expect(page.locator("#screening-table tbody tr").first).to_be_visible()
    expect(verdict).to_have_text("Undecided")
    page.get_by_label("age, yr").fill("12")
    page.get_by_label("age, yr").blur()
    expect(verdict).to_have_text("Not eligible")
    page.get_by_label("Patient file").set_input_files(
        {"name": "p.yaml", "mimeType": "text/yaml", "buffer": b"age_years: 500"}
    )
    expect(page.locator("#trouble")).to_contain_text("age_years")

    page.get_by_role("tab", name="Calendar").click()
    expect(page.frame_locator("#course-page").locator("h1")).to_contain_text("High-dose")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="iCalendar").click()
    assert waiting.value.path().read_bytes().startswith(b"BEGIN:VCALENDAR")

    page.get_by_role("tab", name="Rule sets").click()
    expect(page.locator("#rules-table tbody tr").first).to_be_visible()
    page.get_by_label("compared with").select_option("label_plr")
    expect(page.locator("#rules-table thead")).to_contain_text("Differs in")

    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Rule sets").press("ArrowRight")
    expect(page.frame_locator("#handout-page").locator("h1")).to_be_visible()
