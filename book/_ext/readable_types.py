"""Write `ndarray` and `ArrayLike` where autodoc would spell out what numpy makes of them.

`NDArray[np.floating]` becomes `ndarray[tuple[Any, ...], dtype[floating[Any]]]`, and `ArrayLike` a
line of numpy's private names. The shape and the type of an array's elements stand in the
docstrings, in words.
"""

import re

from numpy.typing import ArrayLike
from sphinx.util.typing import stringify_annotation

LIKE_AN_ARRAY = stringify_annotation(ArrayLike, "smart")
# `[…]` with at most two more pairs of brackets inside: what numpy's aliases expand to.
PARAMETERS = re.compile(r"(?<=ndarray)\[(?:[^][]|\[(?:[^][]|\[[^][]*\])*\])*\]")


def readable(written: str) -> str:
    """Return a type as its author wrote it."""
    return PARAMETERS.sub("", written.replace(LIKE_AN_ARRAY, "~numpy.typing.ArrayLike"))


def shorten(app, objtype, name, obj, options, args, return_annotation):
    # autodoc keeps here, for the page being read, the types that it is about to write.
    for types in app.env.temp_data.get("annotations", {}).values():
        types.update({key: readable(written) for key, written in types.items()})


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    # After autodoc has recorded the types, at 500.
    app.connect("autodoc-process-signature", shorten, priority=501)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
