"""Keep what the book's cells check apart from the progress of the person who builds the book.

Chapters show reports of wrong answers; without this, they would be noted as the reader's attempts.
"""

import os
import tempfile


def setup(app):
    folder = tempfile.TemporaryDirectory(prefix="dscourse-book-")
    os.environ["DSCOURSE_HOME"] = folder.name  # kernels inherit it
    app.connect("build-finished", lambda app, error: folder.cleanup())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
