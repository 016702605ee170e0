"""The few types that every convolution speaks of."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]
Pair = tuple[int, int]  # (height, width)
IntOrPair = int | Pair
