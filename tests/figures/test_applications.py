"""The explorer shows what the table says, for every choice, by keyboard and without scripts."""

import re
from itertools import product
from xml.etree import ElementTree

import pytest
from playwright.sync_api import sync_playwright

from dscourse.figures import ArgumentExplorer
from dscourse.figures.applications import sentence
from dscourse.results import load
from tests.browser import launch

NAMES = ("include_top", "weights", "input_shape", "pooling", "classes", "classifier_activation")
ROWS = load("applications").rows


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser, _ = launch(playwright.chromium)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser):
    return opened(browser, ArgumentExplorer(ROWS)._repr_html_())


def opened(browser, html, *, scripts=True, **context):
    page = browser.new_context(java_script_enabled=scripts, **context).new_page()
    page.set_content(html)
    return page


def choose(page, name, value):
    page.locator("fieldset", has=page.get_by_text(name, exact=True)).get_by_label(
        value, exact=True
    ).check()


def said(page):
    return page.locator("output").inner_text()


def test_the_picture_is_well_formed_and_described():
    svg = re.search(r"<svg.*</svg>", ArgumentExplorer(ROWS)._repr_html_(), re.DOTALL)
    described = ElementTree.fromstring(svg[0]).get("aria-label")
    assert described == "Xception() has the output (1000,) and 22,910,480 parameters."


def test_without_scripts_the_default_call_stands_still_and_no_choice_is_offered(browser):
    page = opened(browser, ArgumentExplorer(ROWS)._repr_html_(), scripts=False)
    assert said(page) == "Xception() has the output (1000,) and 22,910,480 parameters."
    assert page.locator("svg >> text=Dense, softmax").first.is_visible()
    assert not page.locator("form").is_visible()


def test_a_choice_changes_the_sentence_the_description_and_the_picture(page):
    choose(page, "include_top", "False")
    choose(page, "input_shape", "(71, 71, 3)")
    wanted = (
        "Xception(include_top=False, input_shape=(71, 71, 3)) has the output (3, 3, 2048) and "
        "20,861,480 parameters."
    )
    assert said(page) == wanted
    assert page.locator("svg").get_attribute("aria-label") == wanted
    assert page.locator("svg >> text=output 3×3×2048 >> visible=true").count() == 1
    assert page.locator("svg >> text=Dense >> visible=true").count() == 0


def test_an_ignored_argument_is_named_in_words_and_struck_through(page):
    choose(page, "include_top", "False")
    choose(page, "classes", "10")
    assert said(page).endswith("Silently ignored: classes=10.")
    field = page.locator("fieldset", has=page.get_by_text("classes", exact=True))
    assert field.locator("legend").inner_text() == "classes: ignored"
    crossed = field.get_by_label("10", exact=True).locator("xpath=..")
    assert "line-through" in crossed.get_attribute("style")
    choose(page, "classes", "1000")
    assert field.locator("legend").inner_text() == "classes"


def test_an_error_is_told_in_kerass_words_and_drawn_as_no_model(page):
    choose(page, "input_shape", "(70, 70, 3)")
    assert "raises ValueError: Input size must be at least 71x71" in said(page)
    assert page.locator("svg >> text=no model is built >> visible=true").count() == 1


def test_the_arrow_key_chooses(browser):
    page = opened(browser, ArgumentExplorer(ROWS)._repr_html_())
    page.locator("fieldset").nth(1).locator("input").first.focus()
    page.keyboard.press("ArrowDown")
    assert said(page).startswith("Xception(weights=None) has")


def test_the_page_says_of_every_combination_what_python_says(page):
    got = page.evaluate(
        """() => {
          const fields = [...document.querySelectorAll("fieldset")];
          const options = fields.map(field => [...field.querySelectorAll("input")]);
          const walk = n => n === options.length
            ? (options[0][0].dispatchEvent(new Event("change", {bubbles: true})),
               [document.querySelector("output").textContent])
            : options[n].flatMap(option => { option.checked = true; return walk(n + 1); });
          return walk(0);
        }"""
    )
    assert got == [sentence(row) for row in ROWS]


def test_two_explorers_on_a_page_choose_on_their_own(browser):
    picture = ArgumentExplorer(ROWS)
    page = opened(browser, picture._repr_html_() + picture._repr_html_())
    page.locator("figure").nth(1).locator("fieldset").nth(1).get_by_label("None").check()
    first, second = page.locator("output").all_inner_texts()
    assert first.startswith("Xception() has")
    assert second.startswith("Xception(weights=None) has")


def test_on_a_phone_nothing_is_wider_than_the_page(browser):
    page = opened(
        browser, ArgumentExplorer(ROWS)._repr_html_(), viewport={"width": 390, "height": 800}
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_each_picture_is_drawn_once():
    html = ArgumentExplorer(ROWS)._repr_html_()
    pictures = {
        str([row[n] for n in ("input", "map", "tail", "output", "parameters")]) for row in ROWS
    }
    assert html.count("data-picture") - 1 == len(pictures)  # the script names it too
    assert len(html) < 200_000


def some_rows(**other):
    chosen = {name: [None, "</script><b id=out>"] if name == "pooling" else [1] for name in NAMES}
    built = {"input": [4], "map": [2, 2, 3], "tail": [], "output": [3], "parameters": 5}
    rows = [dict(zip(NAMES, values, strict=True)) for values in product(*chosen.values())]
    return [{**row, **built, "error": None, "ignored": [], **other} for row in rows]


def test_an_error_cannot_break_out_of_the_page(browser):
    page = opened(browser, ArgumentExplorer(some_rows(error="</script><b id=out>"))._repr_html_())
    assert page.locator("#out").count() == 0
    assert "raises </script><b id=out>" in said(page)


def test_rows_that_are_no_whole_table_are_refused():
    missing = [row for row in ROWS if row is not ROWS[5]]
    message = r"^`rows` must hold every combination .* once, .*; got 767 rows for 768 combinations"
    with pytest.raises(ValueError, match=message):
        ArgumentExplorer(missing)
    with pytest.raises(ValueError, match="the last changing fastest"):
        ArgumentExplorer([ROWS[1], ROWS[0], *ROWS[2:]])
