"""Write `ndarray` where autodoc would spell out `ndarray[tuple[Any, ...], dtype[floating[Any]]]`.

The shape and the type of an array's elements stand in the docstrings, in words.
"""

import re

# `[…]` with at most two more pairs of brackets inside: what numpy's aliases expand to.
ARRAY = re.compile(r"(?<=ndarray)\[(?:[^][]|\[(?:[^][]|\[[^][]*\])*\])*\]")


def shorten(app, objtype, name, obj, options, args, return_annotation):
    # autodoc keeps here, for the page being read, the types that it is about to write.
    for types in app.env.temp_data.get("annotations", {}).values():
        types.update({key: ARRAY.sub("", text) for key, text in types.items()})


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    # After autodoc has recorded the types, at 500.
    app.connect("autodoc-process-signature", shorten, priority=501)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
