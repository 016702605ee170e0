"""The separable convolutions of Xception, read off the table that builds the network."""

from collections import Counter
from dataclasses import dataclass

from dscourse import cost
from dscourse.conv import output_size


@dataclass(frozen=True)
class Layer:
    """A 3x3 convolution with 'same' padding over square maps, and how often Xception has it."""

    name: str
    size: int
    c_in: int
    c_out: int
    count: int

    def multiply_adds(self, task: str) -> int:
        """Count the work on one image: of the task 'separable', or of 'ordinary'."""
        count = {"separable": cost.separable_conv2d, "ordinary": cost.conv2d}[task]
        shape = (self.size, self.size, self.c_in)
        return count(shape, self.c_out, 3, padding="same").multiply_adds


# For what is too slow for a real layer.
TINY = Layer("tiny", size=8, c_in=8, c_out=8, count=0)


def xception_layers(size: int = 299) -> list[Layer]:
    """List the different separable layers, named L1, L2, … from the image on.

    Args:
        size: Height and width of the image.

    >>> layers = xception_layers()
    >>> len(layers), sum(layer.count for layer in layers)
    (10, 34)
    """
    from dscourse.xception import blocks  # it brings Keras, which not every engine needs

    found: Counter[tuple[int, int, int]] = Counter()
    channels = 3
    for block in blocks():
        for number, filters in enumerate(block.filters):
            if block.conv == "conv":
                size = output_size(size, 3, block.strides if number == 0 else 1)
            else:
                found[size, channels, filters] += 1
            channels = filters
        if block.conv == "sepconv" and block.strides > 1:
            size = output_size(size, 3, block.strides, padding="same")  # of the max pooling
    return [
        Layer(f"L{number}", *shape, count) for number, (shape, count) in enumerate(found.items(), 1)
    ]
