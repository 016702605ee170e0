"""Every figure of the book: one file an idea; a function takes data and returns a `Drawing`."""

from dscourse.figures.convolution import convolution_steps, footprints, windows_as_rows
from dscourse.figures.course_map import course_map
from dscourse.figures.drawing import Canvas, Drawing, from_matplotlib
from dscourse.figures.layout import nhwc_axes
from dscourse.figures.padding import padding_strips
from dscourse.figures.steps import Step, Steps

__all__ = [
    "Canvas",
    "Drawing",
    "Step",
    "Steps",
    "convolution_steps",
    "course_map",
    "footprints",
    "from_matplotlib",
    "nhwc_axes",
    "padding_strips",
    "windows_as_rows",
]
