"""What the property tests draw: convolutions whose size is fixed by a stratum, not by luck.

Random sizes alone miss what matters: most draws have a kernel and a stride for which a wrong
padding is invisible. So kernel, stride, dilation and padding are every combination in turn, and
only the rest is drawn.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from hypothesis import strategies as st

KERNELS = (1, 2, 3, 5)
STEPS = ((1, 1), (2, 1), (3, 1), (1, 2), (1, 3))  # (stride, dilation): never both above 1
FEW = st.integers(1, 4)  # channels, filters or multipliers


@dataclass(frozen=True)
class Stratum:
    """The part of a convolution that decides where its kernel lands."""

    kernel: int
    stride: int
    dilation: int
    padding: str

    @property
    def steps(self):
        """The arguments of a convolution that belong to the stratum."""
        return {
            "strides": self.stride,
            "padding": self.padding,
            "dilation_rate": self.dilation,
        }

    @property
    def extent(self):
        """Pixels that the kernel spans."""
        return (self.kernel - 1) * self.dilation + 1

    def __str__(self):
        return f"k{self.kernel}-s{self.stride}-d{self.dilation}-{self.padding}"


STRATA = [
    Stratum(kernel, stride, dilation, padding)
    for kernel, (stride, dilation), padding in product(KERNELS, STEPS, ("valid", "same"))
]


def normal(seed, *shape, dtype=np.float64):
    """Draw standard normal numbers that a seed reproduces."""
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


@st.composite
def images(draw, stratum, channels=FEW):
    """Draw images that are never square and that the stratum's kernel fits."""
    smallest = stratum.extent if stratum.padding == "valid" else 1
    height = draw(st.integers(smallest, smallest + 4), label="height")
    width = draw(st.integers(smallest, smallest + 4).filter(height.__ne__), label="width")
    batch, c_in = draw(st.integers(1, 2), label="batch"), draw(channels, label="c_in")
    return normal(draw(st.integers(0, 2**31)), batch, height, width, c_in)


@st.composite
def kernels(draw, stratum, c_in, last_axis=FEW):
    """Draw a kernel of the stratum's size, not always square, that reads `c_in` channels."""
    kw = draw(st.sampled_from([k for k in KERNELS if k <= stratum.kernel]), label="kw")
    shape = (stratum.kernel, kw, c_in, draw(last_axis, label="last axis"))
    return normal(draw(st.integers(0, 2**31)), *shape)


def worst_error(got, want):
    """Measure the largest error on the scale of the wanted values' root mean square."""
    assert got.shape == want.shape, f"{got.shape} instead of {want.shape}"
    return float(np.abs(got - want).max() / np.sqrt(np.mean(np.square(want, dtype=np.float64))))
