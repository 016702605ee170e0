"""GoogLeNet's first layer: the row of its table that only a separable convolution explains."""

import pytest

pytestmark = pytest.mark.keras


@pytest.mark.parametrize(
    ("separable", "weights", "macs"),
    [(True, 2_712, 34_019_328), (False, 9_408, 118_013_952)],
    ids=["separable", "ordinary"],
)
def test_its_counts(inception, built, count, separable, weights, macs):
    model = built((224, 224, 3), inception.first_layer, separable=separable)
    assert model.output_shape == (None, 112, 112, 64)
    assert count(model) == (weights, macs)
    # Table 1 of arXiv:1409.4842 prints 2.7K and 34M; a K is 1024 there, give or take a rounding.
    assert (abs(weights / 1024 - 2.7) < 0.1) is separable
    assert (abs(macs / 1e6 - 34) < 1) is separable


def test_its_weights_are_eight_filters_a_channel_and_a_mixture_of_24(inception, built):
    layer = built((224, 224, 3), inception.first_layer, name="conv1").get_layer("conv1")
    assert [tuple(w.shape) for w in layer.weights] == [(7, 7, 3, 8), (1, 1, 24, 64), (64,)]


@pytest.mark.parametrize(("size", "half"), [((7, 8), (4, 4)), ((None, None), (None, None))])
def test_it_halves_the_grid_and_rounds_up(inception, built, size, half):
    assert built((*size, 3), inception.first_layer).output_shape == (None, *half, 64)
