from types import SimpleNamespace

import inline_drawings
import page_descriptions
import pytest
import readable_types
import theme_repairs
from docutils import nodes
from docutils.core import publish_doctree
from numpy.typing import ArrayLike
from sphinx.util.typing import stringify_annotation

FILE = (
    '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">\n'
    "<title>for the file</title>\n<style>svg{color:red}</style>\n<path d='M0 0 L9 9'/>\n</svg>\n"
)


def test_a_drawing_is_inlined_with_its_alternative_text():
    html = inline_drawings.inline(FILE, 'kernel "k" & image')
    assert html.startswith('<div class="dscourse-drawing"><svg role="img" ')
    assert 'aria-label="kernel &quot;k&quot; &amp; image"' in html
    assert "M0 0 L9 9" in html


@pytest.mark.parametrize("part", ["<style", "<title", "<?xml", "color:red", "for the file"])
def test_a_drawing_leaves_out_what_is_made_for_the_file(part):
    assert part not in inline_drawings.inline(FILE, "alt")


def described(text, **context):
    context = {"metatags": "", **context}
    page_descriptions.describe(None, "page", "page.html", context, publish_doctree(text))
    return context["metatags"]


def test_a_page_is_described_by_its_first_paragraph():
    tags = described(
        "Title\n=====\n\n.. note::\n\n   Not this.\n\n**What you'll do**\n\n"
        "*A subtitle*\n\n- A list.\n\nCost: :math:`k^2`.\n\nWhat it is & why.\n\nMore.\n"
    )
    assert tags.strip() == '<meta name="description" content="What it is &amp; why." />'


def test_a_label_between_empty_texts_as_myst_writes_it_describes_nothing():
    label = nodes.paragraph("", "", nodes.Text(""), nodes.strong("", "Do"), nodes.Text(""))
    section = nodes.section("", label, nodes.paragraph("", "Text."))
    assert page_descriptions.first_paragraph(section) == "Text."


def test_a_long_description_ends_at_a_word():
    tags = described("Title\n=====\n\n" + "depthwise " * 40)
    content = tags.split('content="')[1].split('"')[0]
    assert len(content) <= page_descriptions.LENGTH
    assert content.endswith("depthwise …")


def test_a_page_that_describes_itself_is_left_alone():
    own = '<meta name="description" content="mine" />'
    assert described("Title\n=====\n\nText.\n", metatags=own) == own


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("~numpy.ndarray[tuple[~typing.Any, ...], ~numpy.dtype[~numpy.floating[~typing.Any]]]",
         "~numpy.ndarray"),
        ("tuple[~numpy.ndarray[tuple[int, ...], ~numpy.dtype[~numpy.float64]], int]",
         "tuple[~numpy.ndarray, int]"),
        ("~numpy.ndarray | None", "~numpy.ndarray | None"),
        (f"{stringify_annotation(ArrayLike, 'smart')} | None", "~numpy.typing.ArrayLike | None"),
        ("list[int]", "list[int]"),
    ],
)  # fmt: skip
def test_a_type_is_written_as_its_author_wrote_it(written, shown):
    annotations = {"dscourse.conv2d": {"x": written}}
    app = SimpleNamespace(env=SimpleNamespace(temp_data={"annotations": annotations}))
    readable_types.shorten(app, "function", "dscourse.conv2d", None, None, "", "")
    assert annotations["dscourse.conv2d"]["x"] == shown


@pytest.mark.parametrize(
    ("suffix", "kept"), [(".ipynb", ["launch-buttons", "x"]), (".md", ["x"]), (None, ["x"])]
)
def test_only_notebooks_can_be_launched(suffix, kept):
    context = {"header_buttons": [{"label": "launch-buttons"}, {"label": "x"}]}
    if suffix:
        context["page_source_suffix"] = suffix
    theme_repairs.offer_only_notebooks(None, "page", "page.html", context, None)
    assert [button["label"] for button in context["header_buttons"]] == kept


def test_the_list_of_references_is_a_list_of_items():
    body = '<div role="list" class="citation-list"><div role="doc-biblioentry"></div></div>'
    context = {"body": body}
    theme_repairs.repair_body(None, "page", "page.html", context, None)
    assert 'role="listitem"' in context["body"]
    assert "doc-biblioentry" not in context["body"]
