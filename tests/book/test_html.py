"""Facts of the built pages that need no browser."""

import re
import sys
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
import yaml

from tests.book.built import HTML, ROOT, chapters, pages, parsed, soup, source

pytestmark = [pytest.mark.book, pytest.mark.usefixtures("built")]

REPOSITORY = "https://github.com/dscourse/dscourse"
BINDER = "https://mybinder.org/v2/gh/dscourse/dscourse/main?urlpath=lab/tree/"
COLAB = "https://colab.research.google.com/github/dscourse/dscourse/blob/main/"
ISSUE = f"{REPOSITORY}/issues/new?title=Issue%20on%20page%20%2F"


def article(page):
    return parsed(page).select_one("article")


def links(page):
    """Return every address on the page that a reader or a browser follows."""
    found = [(tag, name) for name in ("href", "src") for tag in parsed(page).select(f"[{name}]")]
    return [(tag, tag[name]) for tag, name in found]


def local(address):
    return not urlsplit(address).scheme and not address.startswith("//")


# --- the set of pages ---


def test_every_page_of_the_table_of_contents_is_built():
    written = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    entries = [entry for part in written["parts"] for entry in part["chapters"]]
    files = {entry["file"] for entry in entries if "file" in entry}
    globbed = [path for entry in entries if "glob" in entry for path in ROOT.glob(entry["glob"])]
    files |= {path.relative_to(ROOT).with_suffix("").as_posix() for path in globbed}
    assert files | {written["root"]} == set(chapters())


def test_every_notebook_is_a_page():
    notebooks = {f"notebooks/{path.stem}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert notebooks == {page for page in chapters() if page.startswith("notebooks/")}


def test_next_leads_through_all_pages_and_previous_back():
    page, visited = "book/index", []
    while page not in visited:
        visited.append(page)
        following = parsed(page).select_one(".prev-next-footer a.right-next")
        if following:
            page = target(page, following["href"])[0].relative_to(HTML).with_suffix("").as_posix()
            back = parsed(page).select_one(".prev-next-footer a.left-prev")
            assert target(page, back["href"])[0] == HTML / f"{visited[-1]}.html"
    assert sorted(visited) == chapters()


def test_no_cell_failed():
    assert list((HTML / "reports").rglob("*.err.log")) == []


# --- links ---


def target(page, address):
    """Return the file and the fragment that a local address on a page leads to."""
    path, fragment = unquote(urlsplit(address).path), unquote(urlsplit(address).fragment)
    here = HTML / f"{page}.html"
    return ((here.parent / path).resolve() if path else here), fragment


def is_dead(page, address):
    file, fragment = target(page, address)
    if not file.is_file():
        return True
    if not fragment:
        return False
    return soup(file).find(attrs={"id": fragment}) is None


def test_no_local_link_is_dead(page):
    followed = [address for _, address in links(page) if local(address) and address != "#"]
    assert followed
    assert [address for address in followed if is_dead(page, address)] == []


def test_a_link_into_the_repository_names_a_file_that_exists(page):
    pattern = re.compile(rf"{REPOSITORY}/(?:blob|edit|raw|tree)/main/([^?#]+)")
    named = [pattern.match(address)[1] for _, address in links(page) if pattern.match(address)]
    assert [path for path in named if not (ROOT / unquote(path)).exists()] == []


def test_nothing_is_loaded_from_another_host(page):
    loading = {"audio", "embed", "iframe", "img", "input", "link", "script", "source", "video"}
    loaded = [
        address
        for tag, address in links(page)
        if tag.name in loading and tag.get("rel") != ["canonical"] and not local(address)
    ]
    assert [address for address in loaded if not address.startswith("data:")] == []


def test_no_script_and_no_style_sheet_is_loaded_twice(page):
    loaded = [address for tag, address in links(page) if tag.name == "script"]
    loaded += [tag["href"] for tag in parsed(page).select("link[rel=stylesheet]")]
    assert len(loaded) == len(set(loaded))


@pytest.mark.parametrize("unwanted", ["mathjax", "thebe", "katex.min.js", "unpkg", "jsdelivr"])
def test_no_page_mentions_a_script_that_needs_a_network(page, unwanted):
    scripts = " ".join(str(tag) for tag in parsed(page).select("script, link"))
    assert unwanted not in scripts.lower()


# --- buttons ---


def button(page, label):
    return [tag["href"] for tag in parsed(page).select(f".article-header-buttons a{label}")]


def launches(page):
    return [tag["href"] for tag in parsed(page).select(".dropdown-launch-buttons a")]


def test_a_notebook_is_launched_on_binder_and_colab_and_nothing_else_is(chapter):
    path = source(chapter).relative_to(ROOT).as_posix()
    wanted = [BINDER + path, COLAB + path] if path.endswith(".ipynb") else []
    assert launches(chapter) == wanted


def test_a_page_can_be_edited_where_it_is_written(chapter):
    path = source(chapter).relative_to(ROOT).as_posix()
    edit = f"{REPOSITORY}/edit/main/{path}"
    assert button(chapter, ".btn-source-edit-button") == [edit]


def test_a_page_has_the_repository_and_an_issue_about_itself(chapter):
    assert button(chapter, ".btn-source-repository-button") == [REPOSITORY]
    (issue,) = button(chapter, ".btn-source-issues-button")
    assert issue.startswith(f"{ISSUE}{chapter}.html&")


# --- formulas ---


def prose(file):
    """Return the Markdown of a page's source without its code."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.sub(r"^(`{3,})(?!\{(?:math|note|tip|admonition)).*?^\1|`[^`\n]+`", "", text,
                  flags=re.DOTALL | re.MULTILINE)  # fmt: skip


FORMULA = re.compile(
    r"\$\$.+?\$\$|(?<![\\$])\$[^$\n]+\$|\\begin\{(align|equation|gather)\*?\}", re.DOTALL
)


def test_every_formula_of_the_source_is_rendered(chapter):
    written = len(FORMULA.findall(prose(source(chapter))))
    assert len(article(chapter).select(".katex")) >= written


def test_no_formula_is_left_as_text_or_failed(chapter):
    page = article(chapter).__copy__()
    assert page.select(".katex-error") == []
    for part in page.select("cite, code, pre, script, .katex"):
        part.decompose()
    assert re.findall(r"\$|\\\(|\\\[|\\begin\{", page.get_text()) == []


# --- words for those who do not see, and for search engines ---


def test_every_picture_has_alternative_text(page):
    # The logo stands beside the book's title, in the same link: its text is there already.
    pictures = parsed(page).select("img:not(.logo__image), svg, [role=img]")
    hidden = {"presentation", "none"}
    bare = [
        tag
        for tag in pictures
        if not (tag.get("alt") or tag.get("aria-label") or "").strip()
        and tag.get("role") not in hidden
        and tag.get("aria-hidden") != "true"
        and not tag.find_parent(attrs={"aria-hidden": "true"})
    ]
    assert [str(tag)[:200] for tag in bare] == []


def test_no_picture_is_named_after_its_file(page):
    names = [tag["alt"] for tag in parsed(page).select("img[alt]")]
    assert [name for name in names if re.search(r"\.(png|svg|jpe?g)$|_images/", name)] == []


def test_a_page_says_its_language_title_and_description(chapter):
    html = parsed(chapter).html
    assert html["lang"] == "en"
    heading = html.select_one("article h1")
    assert heading.get_text().rstrip("#").strip() in html.title.get_text()
    (description,) = html.select("meta[name=description]")
    assert 20 <= len(description["content"]) <= 160


def test_no_two_pages_have_the_same_description():
    said = [parsed(page).select_one("meta[name=description]")["content"] for page in chapters()]
    assert len(said) == len(set(said))


def test_a_page_has_an_icon(page):
    (icon,) = parsed(page).select("link[rel=icon]")
    assert not is_dead(page, icon["href"])


# --- what must not be there ---

LEAKS = {
    "a traceback": r"Traceback \(most recent call last\)",
    "the repository's folder": re.escape(str(ROOT)),
    "the environment's folder": re.escape(sys.prefix),
    "somebody's home": r"/(?:home|Users)/\w+/|[A-Z]:\\Users\\",
    "an installed package's folder": r"site-packages",
    "a kernel's temporary file": r"ipykernel_\d+",
    "an object's address": r" at 0x[0-9a-f]{6,}",
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_no_page_shows(chapter, leak):
    assert re.findall(leak, article(chapter).get_text()) == []


def test_there_are_pages_to_test():
    assert len(chapters()) > 5
    assert len(pages()) == len(chapters()) + 2
