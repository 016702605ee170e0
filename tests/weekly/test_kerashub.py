"""A second witness for Xception: KerasHub's backbone, written apart from keras.applications.

It runs weekly, because KerasHub is large and no part of the course: `pip install keras-hub`, then
`pytest tests/weekly -m weekly`.
"""

import numpy as np
import pytest

from tests.xception.witness import MOST, images, randomise, relative_error

pytestmark = [
    pytest.mark.keras,
    pytest.mark.weekly,
    # What KerasHub imports on its way warns of its own accord.
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture(params=[{}, {"width": 0.25, "middle_blocks": 2}], ids=["full", "small"])
def pair(request):
    """Return KerasHub's network and ours, with the same blocks and weights."""
    from keras_hub.models import XceptionBackbone

    from dscourse.xception import Xception, blocks, copy_weights

    table = blocks(**request.param)
    theirs = XceptionBackbone(
        stackwise_conv_filters=[list(block.filters) for block in table],
        # The first block is halved by its convolution.
        stackwise_pooling=[block.strides == 2 and block.conv == "sepconv" for block in table],
    )
    ours = Xception(weights=None, include_top=False, **request.param)
    copy_weights(randomise(theirs), ours)
    return theirs, ours


def test_outputs_are_equal(pair):
    theirs, ours = pair
    for size in (71, 150):
        x = images(size, batch=2)
        assert relative_error(ours(x), np.asarray(theirs(x))) <= MOST


def test_named_layers_are_named_alike_but_for_the_residuals(pair):
    theirs, ours = ([layer.name for layer in model.layers[1:]] for model in pair)
    suffixes = {"residual_conv": "shortcut", "residual_bn": "shortcut_bn", "residual_add": "add"}
    for suffix, ours_instead in suffixes.items():
        theirs = [name.replace(suffix, ours_instead) for name in theirs]
    assert theirs == ours
