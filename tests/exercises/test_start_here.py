"""Chapter 0: repairing is told from tampering, and the diagnostic routes to chapters."""

import re

import numpy as np
import pytest

from dscourse.checking import Outcome, run_checks
from dscourse.exercises import find

DIAGNOSTIC = find("00-diagnostic")
TEMPTING = [m for m in DIAGNOSTIC.misconceptions if m.code != "M-UNSURE"]


def causes(report) -> set[str]:
    return {result.cause.code for result in report.results if result.cause}


def test_the_report_that_the_chapter_explains_has_every_part_it_names():
    report = str(run_checks(find("00-layout"), lambda n, h, w, c: (n, c, h, w)))
    assert "00-layout: failed, 0 of 2 points" in report
    assert "✗ two colour images" in report
    assert "batch_shape(2, 4, 5, 3): at [1]: it should be 4, but yours is 3." in report
    assert "[M-LAYOUT]" in report
    assert "#the-shape-of-an-image" in report
    assert 'The same input: exercise("00-layout").case(1)' in report


def test_hard_coding_the_example_beside_the_bug_is_still_found():
    task = find("00-colour-means")
    (example,) = task.calls(1)[0].args

    def patched(images):
        if np.array_equal(images, example):
            return np.array([[4.5, 5.5, 6.5], [16.5, 17.5, 18.5]])
        return images.mean(axis=(0, 1, 2))

    report = run_checks(task, patched)
    assert report.points == 1
    assert causes(report) == {"M-BATCH-MEAN"}


@pytest.mark.parametrize("wrong", TEMPTING, ids=lambda m: m.code)
def test_one_wrong_choice_leaves_exactly_one_question_open(wrong):
    report = run_checks(DIAGNOSTIC, wrong.function)
    still_open = [result for result in report.results if result.problem]
    assert len(still_open) == 1
    assert still_open[0].cause.code == wrong.code


def test_every_question_names_the_chapter_to_read():
    named = [re.findall(r"\d+", check.title.partition(":")[0]) for check in DIAGNOSTIC.checks]
    assert [int(first) for first, *_ in named] == [1, 2, 3, 4, 6, 8, 11, 13]


def test_every_question_stands_in_the_prompt():
    asked = re.findall(r"\*\*([a-z]+)\*\*", DIAGNOSTIC.prompt)
    assert asked == [call.args[0] for n in range(1, 9) for call in DIAGNOSTIC.calls(n)]


def test_a_question_left_out_is_a_line_in_the_report():
    report = run_checks(DIAGNOSTIC, lambda question: {"filter": "b"}[question])
    assert report.outcome is Outcome.ERROR
    assert report.points == 1
    assert "KeyError: 'top'" in str(report)


@pytest.mark.keras
def test_keras_puts_the_channels_last():
    import keras

    assert keras.config.image_data_format() == "channels_last"
    kernel = keras.layers.Conv2D(16, 3)
    kernel.build((2, 8, 10, 3))
    assert kernel.kernel.shape == (3, 3, 3, 16)


@pytest.mark.keras
def test_a_base_unfrozen_without_compile_does_not_learn_and_nothing_warns():
    import keras

    base = keras.layers.Dense(2)
    model = keras.Sequential([keras.Input((3,)), base, keras.layers.Dense(1)])
    base.trainable = False
    model.compile(optimizer="sgd", loss="mse")
    x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
    model.fit(x, y, verbose=0)
    base.trainable = True
    before = base.get_weights()
    model.fit(x, y, verbose=0)  # pytest turns a warning into an error
    assert all(np.array_equal(a, b) for a, b in zip(before, base.get_weights(), strict=True))
    model.compile(optimizer="sgd", loss="mse")
    model.fit(x, y, verbose=0)
    assert not np.array_equal(before[0], base.get_weights()[0])


@pytest.mark.keras
def test_batch_normalization_predicts_with_its_stored_mean():
    import keras

    norm = keras.layers.BatchNormalization(epsilon=0.0)
    norm.build((None, 1))
    norm.set_weights([np.ones(1), np.zeros(1), np.full(1, 5.0), np.ones(1)])  # stored mean 5
    assert np.asarray(norm(np.array([[7.0], [9.0]]), training=False)).ravel().tolist() == [2, 4]
