"""Every figure of the book: one file an idea; a function takes data and returns a `Drawing`."""

from dscourse.figures.drawing import Canvas, Drawing, from_matplotlib

__all__ = ["Canvas", "Drawing", "from_matplotlib"]
