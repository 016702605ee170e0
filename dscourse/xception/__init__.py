"""Xception as in Keras, with a table to read, knobs to turn and tools to compare two models.

Drop it in for `keras.applications.Xception`: the same arguments, outputs, weights and files.
"""

from dscourse.xception.builder import Xception
from dscourse.xception.compare import first_difference
from dscourse.xception.mini import MINI
from dscourse.xception.outline import outline
from dscourse.xception.table import Block, blocks
from dscourse.xception.weights import copy_weights

__all__ = ["MINI", "Block", "Xception", "blocks", "copy_weights", "first_difference", "outline"]
