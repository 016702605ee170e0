"""The counters of the Inception drawing say what Keras counts, for every choice of the reader."""

import re
from dataclasses import asdict
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from dscourse.figures.inception import InceptionCounters
from tests.browser import launch

SMALL = {
    "c_in": 5,
    "grid": 4,
    "conv_1x1": 3,
    "reduce_3x3": 4,
    "conv_3x3": 6,
    "reduce_5x5": 2,
    "conv_5x5": 7,
    "pool_projection": 8,
}
# By hand: 15 + 20 + 9·24 + 10 + 25·14 + 40 weights.
SAID = "5 channels become 24, with 651 weights and 10,416 multiply-adds."


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser, _ = launch(playwright.chromium)
        yield browser
        browser.close()


def opened(browser, html: str, *, scripts: bool = True):
    page = browser.new_context(java_script_enabled=scripts).new_page()
    page.set_content(html)
    return page


def said(page) -> str:
    return page.locator("output").inner_text()


def test_the_picture_is_well_formed_and_described():
    svg = re.search(r"<svg.*</svg>", InceptionCounters({"s": SMALL})._repr_html_(), re.DOTALL)
    assert svg
    described = ElementTree.fromstring(svg[0]).get("aria-label")
    assert described.startswith("An Inception module: four branches")
    assert described.endswith(SAID)


def test_without_scripts_the_first_module_stands_still_and_no_form_is_offered(browser):
    page = opened(browser, InceptionCounters({"s": SMALL})._repr_html_(), scripts=False)
    assert said(page) == SAID
    assert page.get_by_text("side by side: 24 channels").is_visible()
    assert not page.locator("form").is_visible()


def test_the_script_starts_with_the_numbers_of_the_still_picture(browser):
    html = InceptionCounters({"s": SMALL})._repr_html_()
    counters = [
        opened(browser, html, scripts=scripts).locator("[data-count]").all_text_contents()
        for scripts in (False, True)
    ]
    assert counters[0] == counters[1]
    assert "216 weights" in counters[0]


def test_the_naive_form_shows_no_reduction_and_counts_what_the_pool_passes_on(browser):
    page = opened(browser, InceptionCounters({"s": SMALL})._repr_html_())
    page.get_by_role("combobox", name="Form").select_option("naive")
    # 15 + 9·30 + 25·35 weights; 3 + 6 + 7 channels and the 5 of the pool.
    assert said(page) == "5 channels become 21, with 1,160 weights and 18,560 multiply-adds."
    assert page.get_by_text("side by side: 21 channels").is_visible()
    assert not page.get_by_text("1x1 reduction").first.is_visible()
    assert page.get_by_label("1x1 before the 3x3").is_disabled()
    page.get_by_role("combobox", name="Form").select_option("reduced")
    assert said(page) == SAID


def test_a_size_typed_with_the_keyboard_changes_the_counters_and_the_choice(browser):
    page = opened(browser, InceptionCounters({"s": SMALL})._repr_html_())
    page.get_by_label("1x1 after the pool").fill("10")
    assert said(page) == "5 channels become 26, with 661 weights and 10,576 multiply-adds."
    assert page.locator("svg").get_attribute("aria-label").endswith(said(page))
    assert page.get_by_role("combobox", name="Module").input_value() == ""
    page.get_by_role("combobox", name="Module").select_option("s")
    assert said(page) == SAID


@pytest.mark.parametrize("typed", ["", "0", "-3"])
def test_a_size_that_is_none_counts_as_one(browser, typed):
    page = opened(browser, InceptionCounters({"s": SMALL})._repr_html_())
    page.get_by_label("Grid in pixels").fill(typed)
    assert said(page) == "5 channels become 24, with 651 weights and 651 multiply-adds."


def test_two_pictures_on_a_page_count_on_their_own(browser):
    picture = InceptionCounters({"s": SMALL})
    page = opened(browser, picture._repr_html_() + picture._repr_html_())
    page.get_by_label("Grid in pixels").nth(1).fill("1")
    first, second = page.locator("output").all_inner_texts()
    assert (first, second != first) == (SAID, True)


def test_a_name_cannot_break_out_of_the_page(browser):
    page = opened(browser, InceptionCounters({"</script><b id=out>": SMALL})._repr_html_())
    assert page.locator("#out").count() == 0
    assert said(page) == SAID


@pytest.mark.keras
def test_every_module_in_both_forms_counts_what_keras_counts(browser):
    import keras

    from dscourse.inception import GOOGLENET, inception_module

    rows = {m.name: {"c_in": m.c_in, "grid": m.grid, **asdict(m.filters)} for m in GOOGLENET}
    page = opened(browser, InceptionCounters(rows)._repr_html_())
    for row in GOOGLENET:
        for form in ("reduced", "naive"):
            page.get_by_role("combobox", name="Module").select_option(row.name)
            page.get_by_role("combobox", name="Form").select_option(form)
            x = keras.Input((row.grid, row.grid, row.c_in))
            y = inception_module(x, row.filters, reduce=form == "reduced")
            kernels = [w for w in keras.Model(x, y).weights if len(w.shape) == 4]
            weights = sum(int(np.prod(w.shape)) for w in kernels)
            assert said(page) == (
                f"{row.c_in:,} channels become {y.shape[-1]:,}, with {weights:,} weights and "
                f"{weights * row.grid**2:,} multiply-adds."
            )
