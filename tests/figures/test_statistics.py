"""The tracker moves as Keras' moving mean does."""

import numpy as np
import pytest

from dscourse.figures.statistics import moving_means, statistic_tracker

MEANS = np.full(20, 2.0)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
def test_what_is_left_of_the_way_is_momentum_to_the_power_of_the_steps(momentum):
    np.testing.assert_allclose(
        moving_means(MEANS, momentum), 2 * (1 - momentum ** np.arange(21.0)), atol=1e-12
    )


def test_each_position_of_the_slider_says_how_far_its_momentum_has_come():
    said = [step.sentence for step in statistic_tracker(MEANS, [0.9, 0.99]).steps]
    assert said == [
        "Momentum 0.9: half-way after 7 steps, 88 % of the way after 20.",
        "Momentum 0.99: never half-way, 18 % of the way after 20.",
    ]


def test_a_line_has_a_point_for_the_start_and_for_each_step():
    (step,) = statistic_tracker(MEANS, [0.9]).steps
    points = step.canvas.parts[0].partition('points="')[2].partition('"')[0].split()
    assert len(points) == 21
    heights = [float(point.split(",")[1]) for point in points]
    assert heights == sorted(heights, reverse=True)  # it only rises towards the mean


def test_a_batch_mean_is_a_dot():
    picture = statistic_tracker(MEANS, [0.9])
    assert sum("<circle" in part for part in picture.background.parts) == 20


@pytest.mark.keras
@pytest.mark.parametrize("momentum", [0.9, 0.99])
def test_the_line_is_the_moving_mean_of_keras(momentum):
    import keras

    rng = np.random.default_rng(8)
    batches = rng.normal(2, 1, size=(10, 4, 3, 3, 1)).astype("float32")
    layer = keras.layers.BatchNormalization(momentum=momentum)
    seen = [0.0]
    for batch in batches:
        layer(batch, training=True)
        seen.append(float(layer.moving_mean[0]))
    ours = moving_means(batches.mean(axis=(1, 2, 3, 4)), momentum)
    np.testing.assert_allclose(ours, seen, atol=1e-5)
