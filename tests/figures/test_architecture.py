"""The picture to click through says what is counted in the real network, at every size."""

import re

import pytest
from playwright.sync_api import sync_playwright

from dscourse.cost import LayerCost
from dscourse.figures.architecture import Architecture
from tests.browser import launch


def conv(block, side, channels, weights):
    return LayerCost(
        name=f"{block}_conv",
        type="Conv2D",
        output_shape=(side, side, channels),
        parameters=weights,
        multiply_adds=weights * side**2,
    )


def network(channels):
    return {
        size: {
            "block1": [conv("block1", size, channels, 27 * channels)],
            "block2": [conv("block2", size // 2, 2 * channels, 18 * channels**2)],
            "head": [
                LayerCost(
                    name="predictions",
                    type="Dense",
                    output_shape=(10,),
                    parameters=20 * channels + 10,
                    multiply_adds=20 * channels,
                )
            ],
        }
        for size in (8, 16)
    }


NETWORKS = {"wide": network(4), "narrow": network(2)}
FLOWS = {"Entry flow": ["block1", "block2"], "Exit flow": ["head"]}
PICTURE = Architecture(NETWORKS, FLOWS, size=16, block="block2")
STILL = "Block 2 of wide at 16 × 16 has 288 parameters and 18,432 multiply-adds."
SAID = (
    "Block 2 of wide at 16 × 16: 16×16×4 becomes 8×8×8, with 288 parameters (59.3 % of all) and "
    "18,432 multiply-adds (39.9 %)."
)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser, _ = launch(playwright.chromium)
        yield browser
        browser.close()


def opened(browser, html: str, *, scripts: bool = True, width: int = 800):
    context = browser.new_context(
        java_script_enabled=scripts, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    page.set_content(html)
    return page


def said(page) -> str:
    return page.locator("output").inner_text()


def cells(page) -> list[list[str]]:
    """Return the table's cells; in the first, the layer's name and what stands below it."""
    return page.evaluate(
        """() => [...document.querySelectorAll("tbody tr")].map(row =>
            [...row.cells].flatMap(cell => [...cell.childNodes].map(part => part.textContent)))"""
    )


def test_without_scripts_the_first_view_stands_still_and_nothing_can_be_chosen(browser):
    page = opened(browser, PICTURE._repr_html_(), scripts=False)
    assert said(page) == STILL
    assert not page.locator("form").is_visible()
    assert not any(radio.is_visible() for radio in page.locator("input").all())
    assert page.get_by_text("16×16×4").is_visible()
    assert page.locator(".wiring >> visible=true").count() == 1


def test_the_script_starts_with_the_numbers_of_the_still_picture(browser):
    html = PICTURE._repr_html_()
    still, live = (opened(browser, html, scripts=scripts) for scripts in (False, True))
    for part in ("tbody", ".flows", ".wiring >> visible=true"):
        assert still.locator(part).inner_text() == live.locator(part).inner_text()
    assert said(live) == SAID


def test_the_arrow_keys_walk_through_all_flows(browser):
    page = opened(browser, PICTURE._repr_html_())
    page.evaluate("addEventListener('keydown', (event) => event.preventDefault())")  # JupyterLab
    page.get_by_label("block 2").focus()
    page.keyboard.press("ArrowDown")
    assert said(page).startswith("The head of wide at 16 × 16: 8×8×8 becomes 10, with 90 ")
    page.keyboard.press("ArrowDown")
    assert said(page).startswith("Block 1 of wide at 16 × 16: the image becomes 16×16×4, ")


def test_another_size_changes_shapes_and_multiply_adds_and_not_the_parameters(browser):
    page = opened(browser, PICTURE._repr_html_())
    page.get_by_label("Image, pixels a side").select_option("8")
    assert "4×4×8, with 288 parameters" in said(page)
    assert "4,608 multiply-adds" in said(page)
    assert page.locator(".shape").all_inner_texts() == ["8×8×4", "4×4×8", "10"]


def test_a_comparison_marks_what_differs_and_shows_both_values(browser):
    page = opened(browser, PICTURE._repr_html_())
    page.get_by_label("compared with").select_option("narrow")
    assert said(page) == f"{SAID} narrow: 72 parameters and 4,608 multiply-adds."
    assert page.get_by_text("≠ 72").is_visible()
    assert page.get_by_text("≠ 8×8×4").is_visible()
    assert page.locator(".share", has_text="≠").count() == 3
    page.get_by_label("compared with").select_option("wide")
    assert said(page) == f"{SAID} wide: the same."
    assert page.locator("figure", has_text="≠").count() == 0


def test_a_layer_that_only_one_network_has_is_named(browser):
    def idle(size):
        return LayerCost(name="block2_id", type="Activation", output_shape=(size, size, 4))

    shorter = {size: rows | {"block2": [idle(size)]} for size, rows in network(4).items()}
    picture = Architecture({"wide": network(4), "idle": shorter}, FLOWS, size=8)
    page = opened(browser, picture._repr_html_())
    page.get_by_label("compared with").select_option("idle")
    assert [row[:2] for row in cells(page)] == [
        ["conv", "not in idle"],
        ["id", "only in idle"],
    ]


def test_two_pictures_on_a_page_are_chosen_from_on_their_own(browser):
    page = opened(browser, PICTURE._repr_html_() + PICTURE._repr_html_())
    page.get_by_label("head").nth(1).check()
    first, second = page.locator("output").all_inner_texts()
    assert first == SAID
    assert second.startswith("The head")


def test_a_name_cannot_break_out_of_the_page(browser):
    nasty = "</script><b id=out>"
    page = opened(browser, Architecture({nasty: network(4)}, FLOWS, size=8)._repr_html_())
    assert page.locator("#out").count() == 0
    assert f"Block 2 of {nasty} at 8 × 8" in said(page)


@pytest.mark.parametrize("width", [390, 800])
def test_nothing_sticks_out_of_a_page(browser, width):
    page = opened(browser, PICTURE._repr_html_(), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("start", [{"size": 9}, {"block": "block9"}], ids=repr)
def test_a_start_that_is_not_shown_is_refused(start):
    message = r"^`size` and `block` must be of those shown, \[8, 16\] and \['block1', 'block2', 'he"
    with pytest.raises(ValueError, match=message):
        Architecture(NETWORKS, FLOWS, **{"size": 8} | start)


def test_networks_of_other_blocks_are_refused():
    other = {8: {"block1": []}, 16: {"block1": []}}
    message = re.escape("`networks` must have equal sizes and blocks; 'other' differs.")
    with pytest.raises(ValueError, match=message):
        Architecture(NETWORKS | {"other": other}, FLOWS, size=8)


@pytest.mark.keras
def test_every_block_at_every_size_is_that_of_the_layer_table_of_the_real_network(browser):
    from dscourse.cost import layer_table
    from dscourse.xception import Xception, blocks, outline

    sizes = (71, 96, 150, 224, 299, 512)
    knobs = {"Xception": {}, "without residuals": {"residuals": False}}
    outlines = {
        name: {size: outline(blocks(**knob), (size, size, 3)) for size in sizes}
        for name, knob in knobs.items()
    }
    names = list(outlines["Xception"][71])
    picture = Architecture(outlines, {"All": names})
    page = opened(browser, picture._repr_html_())
    for name, knob in knobs.items():
        model = Xception(weights=None, input_tensor=image_of_any_size(), **knob)
        page.get_by_label("Network").select_option(name)
        for size in sizes:
            page.get_by_label("Image, pixels a side").select_option(str(size))
            shown = {}
            for block in names:
                page.locator(f"input[value={block}]").check()
                for short, kind, *values in cells(page):
                    prefix = "" if block == "head" else f"{block}_"
                    shown[prefix + short] = [kind, *values]
            assert shown == {
                row.name: [
                    row.type,
                    "×".join(map(str, row.output_shape)),
                    f"{row.parameters:,}",
                    f"{row.multiply_adds:,}",
                ]
                for row in layer_table(model, (size, size, 3))
            }


def image_of_any_size():
    import keras

    return keras.Input((None, None, 3))
