import logging
import re
import subprocess

import katex_offline
import pytest
from sphinxcontrib import katex

from tests.book.built import ROOT

VENDORED = ROOT / "book" / "_static" / "katex"


@pytest.fixture(scope="module")
def css():
    return (VENDORED / "katex.min.css").read_text(encoding="utf-8")


def test_the_style_sheet_has_the_version_of_the_renderer(css):
    assert f'content:"{katex.katex_version}"' in css
    script = (katex.SRC_DIR / "katex.min.js").read_text(encoding="utf-8")
    assert f'version:"{katex.katex_version}"' in script


def test_every_font_of_the_style_sheet_is_here(css):
    wanted = set(re.findall(r"url\((fonts/[^)]+\.woff2)\)", css))
    here = {f"fonts/{path.name}" for path in (VENDORED / "fonts").iterdir()}
    assert wanted == here
    assert len(here) == 20


def test_the_style_sheet_asks_no_other_host(css):
    assert "//" not in css


def test_the_licence_lies_beside_it():
    assert "MIT License" in (VENDORED / "LICENSE").read_text(encoding="utf-8")


def test_node_is_a_program_that_runs():
    version = subprocess.run(
        [katex_offline.node(), "--version"], capture_output=True, text=True, check=True
    )
    assert version.stdout.startswith("v")


def refusing(times):
    calls = []

    def start():
        calls.append(1)
        if len(calls) <= times:
            raise ConnectionRefusedError
        return len(calls)

    return start


def test_a_server_that_is_not_ready_is_asked_again():
    assert katex_offline.retrying(refusing(katex_offline.ATTEMPTS - 1))() == katex_offline.ATTEMPTS


def test_a_server_that_never_comes_up_is_an_error():
    with pytest.raises(ConnectionRefusedError):
        katex_offline.retrying(refusing(katex_offline.ATTEMPTS))()


@pytest.fixture(scope="module")
def render():
    """The real renderer, with the Node of this project."""
    patch = pytest.MonkeyPatch()
    patch.setattr(katex, "NODEJS_BINARY", katex_offline.node())
    patch.setattr(katex, "STARTUP_TIMEOUT", katex_offline.PATIENCE)
    patch.setattr(katex.KaTeXServer, "katex_path", "katex.min.js")
    start = katex.KaTeXServer.start
    patch.setattr(katex.KaTeXServer, "start", staticmethod(katex_offline.retrying(start)))
    yield katex_offline.reporting(katex.render_latex)
    patch.undo()


def test_a_formula_becomes_html_and_mathml(render):
    html = render(r"\frac{1}{k^2}", {"displayMode": True})
    assert 'class="katex-display"' in html
    assert "<mfrac>" in html


@pytest.fixture
def warnings(caplog):
    caplog.set_level(logging.WARNING, logger="sphinx.katex_offline")
    return caplog


def test_a_formula_that_katex_cannot_parse_is_a_warning(render, warnings):
    html = render(r"\frac{1}{", None)
    assert "katex-error" in html
    assert [record.levelname for record in warnings.records] == ["WARNING"]
    assert r"KaTeX cannot render `\frac{1}{`: KaTeX parse error" in warnings.text


def test_a_good_formula_is_no_warning(render, warnings):
    render("k", None)
    assert not warnings.records


@pytest.mark.parametrize("environment", ["align", "gather", "equation"])
def test_an_environment_is_numbered_by_sphinx_alone(render, environment):
    latex = rf"\begin{{{environment}}} a &= b \\ c &= d \end{{{environment}}}"
    latex = latex if environment == "align" else latex.replace("&", "").replace(r"\\ c = d", "")
    assert 'class="tag"' not in render(latex, {"displayMode": True})
