"""The networks that are compared, as data: what an arm is, and the Keras model that it stands for.

An arm is frozen and plain, so that a row of results can carry it, and a run can be made again.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import keras

CLASSES = 26
MOMENTUM = 0.9  # of batch normalization: a few hundred steps are too few for Keras' 0.99


@dataclass(frozen=True)
class XceptionArm:
    """A narrow Xception for small images, with the paper's two ablations as knobs.

    Args:
        name: As it stands in tables and figures.
        between: None, "relu" or "elu" between depthwise and pointwise convolution (section 4.7).
        residuals: Whether the blocks have shortcuts (section 4.6).
        middle_blocks: Blocks of the middle flow, three separable convolutions each.
        width: Factor on the paper's numbers of filters.

    Source: Chollet 2017, arXiv 1610.02357, sections 4.6 and 4.7.
    """

    name: str
    between: Literal["relu", "elu"] | None = None
    residuals: bool = True
    middle_blocks: int = 1
    width: float = 0.125

    def build(self, size: int) -> "keras.Model":
        """Build the network with fresh random weights, for images of size x size pixels."""
        from dscourse.xception import Xception

        knobs = asdict(self)
        del knobs["name"]
        return Xception(
            weights=None,
            classes=CLASSES,
            input_shape=(size, size, 3),
            small_inputs=True,
            momentum=MOMENTUM,
            **knobs,
        )


@dataclass(frozen=True)
class StagedArm:
    """One skeleton for three kinds of unit: what stands in the unit is all that differs.

    An ordinary 3x3 convolution, then three stages of two units and a pool that halves the map;
    the stages return `width`, twice and four times as many channels. Every unit ends in a ReLU
    and a batch normalization. No shortcuts: chapter 8 asks for their effect.

    Args:
        name: As it stands in tables and figures.
        unit: "plain" (3x3 convolution), "inception" (a module) or "separable".
        width: Channels of the first stage; need not be whole, numbers of filters are rounded.
    """

    name: str
    unit: Literal["plain", "inception", "separable"]
    width: float

    def build(self, size: int) -> "keras.Model":
        """Build the network with fresh random weights, for images of size x size pixels."""
        from dscourse.experiments.staged import staged

        return staged(self.unit, self.width, size)


Arm = XceptionArm | StagedArm


def described(arm: Any) -> dict[str, Any]:
    """Return everything about an arm but its name: two arms that agree are the same network.

    Args:
        arm: A frozen dataclass with a name.

    >>> described(StagedArm("ours", "plain", 8))
    {'kind': 'StagedArm', 'unit': 'plain', 'width': 8}
    """
    fields = asdict(arm)
    del fields["name"]
    return {"kind": type(arm).__name__} | fields
