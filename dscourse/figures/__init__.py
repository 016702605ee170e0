"""Every figure of the book: one file an idea; a function takes data and returns a `Drawing`."""

from dscourse.figures.convolution import convolution_steps, footprints, windows_as_rows
from dscourse.figures.course_map import course_map
from dscourse.figures.drawing import Canvas, Drawing, from_matplotlib
from dscourse.figures.kernels import kernel_microscope, separable_flow
from dscourse.figures.layout import nhwc_axes
from dscourse.figures.padding import padding_strips
from dscourse.figures.steps import Step, Steps
from dscourse.figures.towers import TowerSetting, proof_chain, tower_dial

__all__ = [
    "Canvas",
    "Drawing",
    "Step",
    "Steps",
    "TowerSetting",
    "convolution_steps",
    "course_map",
    "footprints",
    "from_matplotlib",
    "kernel_microscope",
    "nhwc_axes",
    "padding_strips",
    "proof_chain",
    "separable_flow",
    "tower_dial",
    "windows_as_rows",
]
