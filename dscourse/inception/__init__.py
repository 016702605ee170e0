"""Inception modules in Keras, from GoogLeNet's to the extreme one that became Xception.

Widths are data, each module a short builder over named layers. In the order of the papers:

1. `inception_module`: GoogLeNet's, with and without its reductions (arXiv:1409.4842).
2. `factorised_module`: Inception v3's, with small kernels for large ones (arXiv:1512.00567).
3. `simplified_module`, `segment_module`, `extreme_module`: the Xception paper's figures 2, 3 and 4,
   from one tower to a tower for each channel (arXiv:1610.02357).
"""

from dscourse.inception.factorised import factorised_branches, factorised_module
from dscourse.inception.first_layer import first_layer
from dscourse.inception.googlenet import branches, inception_module
from dscourse.inception.steps import Step
from dscourse.inception.table import GOOGLENET, GoogLeNetModule, InceptionFilters
from dscourse.inception.towers import (
    extreme_module,
    segment_module,
    simplified_module,
    tower_widths,
)

__all__ = [
    "GOOGLENET",
    "GoogLeNetModule",
    "InceptionFilters",
    "Step",
    "branches",
    "extreme_module",
    "factorised_branches",
    "factorised_module",
    "first_layer",
    "inception_module",
    "segment_module",
    "simplified_module",
    "tower_widths",
]
