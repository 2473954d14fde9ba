"""The evidence in a real browser: listed, searched, drawn."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

pytest.importorskip("playwright")
from playwright.sync_api import expect  # noqa: E402


def test_numbers_parameters_and_drawing(page):
    page.goto(f"{page.address}#evidence")
    expect(page.locator("#board-table tbody tr").first).to_be_visible()
    expect(page.locator("#board-state")).to_contain_text("published numbers")
    page.get_by_role("tab", name="Parameters").click()
    page.get_by_label("Find").fill("circulation textbook")
    shown = page.locator("#parameter-table tbody tr:visible")
    expect(shown.first).to_be_visible()
    expect(page.locator("#parameter-count")).to_have_text(re.compile(r"^[1-5]?\d parameters$"))
    assert 0 < shown.count() < 60
    page.get_by_role("tab", name="Parameters").press("ArrowRight")
    module = page.locator('.module[data-module="kidney"]')
    module.hover()
    expect(page.locator(".flow.own").first).to_be_attached()
