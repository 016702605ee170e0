"""Every figure of the book: one file an idea; a function takes data and returns a `Drawing`."""

from dscourse.figures.applications import ArgumentExplorer
from dscourse.figures.architecture import Architecture
from dscourse.figures.audit import audit_strips
from dscourse.figures.bars import stacked_bars
from dscourse.figures.blocks import block_with_shortcut
from dscourse.figures.convolution import convolution_steps, footprints, windows_as_rows
from dscourse.figures.course_map import course_map
from dscourse.figures.curves import learning_curves
from dscourse.figures.depth import Norms, norms_by_depth
from dscourse.figures.drawing import Canvas, Drawing, from_matplotlib
from dscourse.figures.families import Relative, family_tree
from dscourse.figures.few_labels import few_labels
from dscourse.figures.frontier import Trained, frontier
from dscourse.figures.inception import InceptionCounters
from dscourse.figures.intervals import seed_intervals
from dscourse.figures.kernels import kernel_microscope, separable_flow
from dscourse.figures.layout import nhwc_axes
from dscourse.figures.mixing import mixing_matrix
from dscourse.figures.orders import regrouped_stack, two_differences
from dscourse.figures.padding import padding_strips
from dscourse.figures.pictures import Picture, picture_grid, spotlit
from dscourse.figures.pooling import pooled_vectors
from dscourse.figures.profiles import channel_profiles
from dscourse.figures.ranks import kernel_ranks, rank_grids
from dscourse.figures.rates import accuracy_by_rate
from dscourse.figures.roofline import Work, roofline
from dscourse.figures.scaling import scaling_curves
from dscourse.figures.statistics import statistic_tracker
from dscourse.figures.steps import Step, Steps
from dscourse.figures.towers import TowerSetting, proof_chain, tower_dial
from dscourse.figures.wiring import block_wirings

__all__ = [
    "Architecture",
    "ArgumentExplorer",
    "Canvas",
    "Drawing",
    "InceptionCounters",
    "Norms",
    "Picture",
    "Relative",
    "Step",
    "Steps",
    "TowerSetting",
    "Trained",
    "Work",
    "accuracy_by_rate",
    "audit_strips",
    "block_wirings",
    "block_with_shortcut",
    "channel_profiles",
    "convolution_steps",
    "course_map",
    "family_tree",
    "few_labels",
    "footprints",
    "from_matplotlib",
    "frontier",
    "kernel_microscope",
    "kernel_ranks",
    "learning_curves",
    "mixing_matrix",
    "nhwc_axes",
    "norms_by_depth",
    "padding_strips",
    "picture_grid",
    "pooled_vectors",
    "proof_chain",
    "rank_grids",
    "regrouped_stack",
    "roofline",
    "scaling_curves",
    "seed_intervals",
    "separable_flow",
    "spotlit",
    "stacked_bars",
    "statistic_tracker",
    "tower_dial",
    "two_differences",
    "windows_as_rows",
]
