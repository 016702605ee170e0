"""A moving picture moves with the keyboard, and stands still without a script."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from dscourse.figures import Canvas, Step, Steps, convolution_steps
from tests.browser import launch


def two_boxes(sentence: str = "A box on the left.") -> Steps:
    left, right = Canvas(200, 40), Canvas(200, 40)
    left.box(10, 10, 20, 20, "left")
    right.box(150, 10, 20, 20, "right")
    steps = [Step(sentence, left), Step("A box on the right.", right)]
    return Steps(Canvas(200, 40), steps, label="Place of the box", caption="Two places.")


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


def test_the_picture_is_well_formed_and_described():
    svg = re.search(r"<svg.*</svg>", two_boxes()._repr_html_(), re.DOTALL)
    assert svg
    assert ElementTree.fromstring(svg[0]).get("aria-label") == "A box on the left."


def test_a_picture_shown_twice_has_two_names():
    picture = two_boxes()
    names = {re.search(r'id="([^"]+)"', picture._repr_html_())[1] for _ in range(2)}
    assert len(names) == 2


def test_without_scripts_the_first_step_stands_still_and_no_slider_is_offered(browser):
    page = opened(browser, two_boxes()._repr_html_(), scripts=False)
    assert page.get_by_text("A box on the left.").is_visible()
    assert page.locator("text=left").first.is_visible()
    assert not page.locator("svg >> text=right").is_visible()
    assert not page.locator("input").is_visible()


def test_the_arrow_key_moves_the_picture_and_its_description(browser):
    page = opened(browser, two_boxes()._repr_html_())
    page.get_by_label("Place of the box").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("svg >> text=right").is_visible()
    assert not page.locator("svg >> text=left").is_visible()
    assert page.locator("output").inner_text() == "A box on the right."
    assert page.locator("svg").get_attribute("aria-label") == "A box on the right."
    assert page.locator("input").get_attribute("aria-valuetext") == "2 of 2"


def test_two_pictures_on_a_page_move_on_their_own(browser):
    picture = two_boxes()
    page = opened(browser, picture._repr_html_() + picture._repr_html_())
    page.locator("input").nth(1).focus()
    page.keyboard.press("ArrowRight")
    said = page.locator("output").all_inner_texts()
    assert said == ["A box on the left.", "A box on the right."]


def test_a_sentence_cannot_break_out_of_the_page(browser):
    nasty = 'a < b & "c" </script><b id=out>'
    page = opened(browser, two_boxes(nasty)._repr_html_())
    assert page.locator("output").inner_text() == nasty
    assert page.locator("#out").count() == 0
    assert page.locator("input").is_visible()


def test_a_convolution_can_be_walked_through_to_its_last_place(browser):
    x, kernel = np.arange(40.0).reshape(4, 5, 2), np.ones((3, 3, 2))
    picture = convolution_steps(x, kernel)
    page = opened(browser, picture._repr_html_())
    page.locator("input").focus()
    page.keyboard.press("End")
    assert page.locator("output").inner_text() == picture.steps[-1].sentence


def test_a_page_that_takes_the_arrow_keys_as_jupyterlab_does_leaves_them_to_the_slider(browser):
    page = opened(browser, two_boxes()._repr_html_())
    page.evaluate("addEventListener('keydown', (event) => event.preventDefault())")
    page.locator("input").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("output").inner_text() == "A box on the right."
