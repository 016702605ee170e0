"""Facts of the built pages as a reader's browser shows them."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from tests.book.accessibility import baseline, differences, expected, violations
from tests.book.built import address, chapters

pytestmark = pytest.mark.book

DESKTOP = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


# The elements that stand out of a narrow page, those in a box that scrolls left out.
TOO_WIDE = """() => [...document.querySelectorAll("article *")].filter(e => {
    let box = e;
    while (box.tagName != "ARTICLE" && getComputedStyle(box).overflowX == "visible") {
        box = box.parentElement;
    }
    return box.tagName == "ARTICLE" && e.getBoundingClientRect().right > innerWidth;
}).map(e => e.outerHTML.slice(0, 120)).slice(-3)"""


@dataclass
class Visit:
    """A page that was opened, with what the browser had to say about it."""

    opened: object
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def listen(self):
        page, errors = self.opened, self.errors
        page.on("console", lambda said: said.type == "error" and errors.append(said.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("requestfailed", lambda request: errors.append(f"failed: {request.url}"))
        page.on(
            "response", lambda got: got.status >= 400 and errors.append(f"{got.status} {got.url}")
        )


@contextmanager
def visiting(browser, url, options, **more):
    """Open a page as a reader does who has never been here."""
    context = browser.new_context(**options, **more)
    visit = Visit(context.new_page())
    visit.listen()
    visit.opened.goto(url, wait_until="networkidle")
    yield visit
    context.close()


@pytest.fixture(scope="module")
def desktop(browser, base, page):
    with visiting(browser, base + address(page), DESKTOP) as visit:
        yield visit


@pytest.fixture(scope="module")
def phone(browser, base, page):
    with visiting(browser, base + address(page), PHONE) as visit:
        yield visit


@pytest.fixture
def notebook(browser, base):
    """A chapter, with leave to use the clipboard."""
    name = next(name for name in chapters() if name.startswith("notebooks/01"))
    permissions = ["clipboard-read", "clipboard-write"]
    with visiting(browser, base + address(name), DESKTOP, permissions=permissions) as visit:
        yield visit.opened


# --- every page ---


def test_a_page_opens_without_an_error(desktop):
    assert desktop.errors == []


def test_a_phone_in_the_dark_opens_it_without_an_error(phone):
    assert phone.errors == []


def test_a_page_asks_no_other_host(desktop, phone, base):
    assert desktop.hosts | phone.hosts == {urlsplit(base).netloc}


def test_a_page_does_not_scroll_sideways_on_a_phone(phone):
    excess = phone.opened.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert excess <= 0, phone.opened.evaluate(TOO_WIDE)


def test_axe_finds_nothing_new_at_a_desk_in_the_light(desktop, page):
    known = expected(baseline(), page, "desktop light")
    assert differences(violations(desktop.opened), known) == []


def test_axe_finds_nothing_new_on_a_phone_in_the_dark(phone, page):
    known = expected(baseline(), page, "phone dark")
    assert differences(violations(phone.opened), known) == []


def test_a_drawing_on_a_phone_is_never_shrunk_until_its_letters_are_too_small(phone):
    scales = phone.opened.evaluate(
        """[...document.querySelectorAll(".dscourse-drawing svg")]
        .filter(s => s.clientWidth).map(s => s.clientWidth / s.viewBox.baseVal.width)"""
    )
    assert min(scales, default=1) > 0.79


def test_formulas_are_drawn_in_their_own_letters(desktop):
    formulas = desktop.opened.locator(".katex").count()
    drawn = "[...document.fonts].some(f => f.family.includes('KaTeX') && f.status == 'loaded')"
    assert desktop.opened.evaluate(drawn) == (formulas > 0)


# --- the whole book ---


def theme(page):
    return page.evaluate("document.documentElement.dataset.theme")


def test_the_dark_mode_can_be_chosen_and_stays_chosen(browser, base):
    with visiting(browser, base + "book/index.html", DESKTOP) as visit:
        page = visit.opened
        assert theme(page) == "light"
        button = page.locator(".theme-switch-button:visible")
        for _ in range(3):
            if theme(page) == "light":
                button.click()
        assert theme(page) == "dark"
        page.goto(base + "book/glossary.html")
        assert theme(page) == "dark"


def ground(page, selector):
    """Return the colour behind an element, "transparent" ones being looked through."""
    return page.locator(selector).first.evaluate("e => getComputedStyle(e).backgroundColor")


def test_no_light_box_stands_behind_a_drawing_in_the_dark(browser, base):
    with visiting(browser, base + "book/index.html", PHONE) as visit:
        assert theme(visit.opened) == "dark"
        assert ground(visit.opened, ".dscourse-drawing") == "rgba(0, 0, 0, 0)"
        assert ground(visit.opened, ".dscourse-drawing svg") == "rgba(0, 0, 0, 0)"


def test_the_search_finds_a_word_and_leads_to_it(browser, base):
    with visiting(browser, base + "book/index.html", DESKTOP) as visit:
        page = visit.opened
        page.locator(".search-button-field").click()
        page.keyboard.type("depthwise")
        page.keyboard.press("Enter")
        page.locator("#search-results ul.search li a").first.click()
        page.wait_for_selector("article h1")
        assert "depthwise" in page.inner_text("article").lower()


def test_a_cell_can_be_copied(notebook):
    cell = notebook.locator(".cell_input").first
    cell.hover()
    cell.locator("button.copybtn").click()
    copied = notebook.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == cell.locator("pre").inner_text().strip()


def test_every_cell_can_be_copied(notebook):
    assert notebook.locator(".cell_input").count() > 0
    bare = notebook.locator(".cell_input:not(:has(button.copybtn))")
    assert bare.count() == 0


def test_the_keyboard_reaches_the_text_first_and_its_focus_is_seen(notebook):
    notebook.keyboard.press("Tab")
    assert notebook.evaluate("document.activeElement.getAttribute('href')") == "#main-content"
    ring = "() => {const s = getComputedStyle(document.activeElement); return s.outlineStyle}"
    unseen = []
    for _ in range(30):
        notebook.keyboard.press("Tab")
        if notebook.evaluate(ring) == "none":
            unseen.append(notebook.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
    assert unseen == []
