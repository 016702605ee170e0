"""Chapter 13's checks see what learned, at which rate, from which draw, after how many looks."""

import numpy as np
import pytest

from dscourse import TODO
from dscourse.checking.todo import contains_todo
from dscourse.exercises import find
from dscourse.exercises.tuning_observers import (
    learns_after,
    looks_at_the_test,
    phases_of,
    shown_in_epochs,
    trainable_after,
)
from tests.transfer.tiny import no_word_is_said

IMAGES = np.random.default_rng(0).uniform(-1, 1, (5, 4, 4, 3))


def loss():
    import keras

    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def learned(changed):
    """Return the names of the layers whose kernels changed."""
    return {path.split("/")[0] for path, is_new in changed.items() if is_new and "kernel" in path}


def moved(changed):
    return {path for path, is_new in changed.items() if is_new and "moving" in path}


# what learns after an answer prepared the base


@pytest.mark.keras
def test_all_six_convolutions_and_their_statistics_learn_where_nothing_is_frozen():
    seen = learns_after(lambda base: None, "not")
    named = {f"block{n}_conv" for n in (1, 2, 3)}
    assert learned(seen) == named | {"conv2d", "conv2d_1", "conv2d_2"}
    assert len(moved(seen)) == 12  # a mean and a variance behind each convolution


@pytest.mark.keras
@pytest.mark.parametrize("start", ["whole", "each layer"])
def test_a_base_that_was_frozen_stays_so_if_the_answer_does_nothing(start):
    assert not any(learns_after(lambda base: None, start).values())


@pytest.mark.keras
def test_what_an_answer_returns_does_not_count_where_only_the_flags_do():
    solution = find("13-keep-statistics").solution
    silent, chatty = (
        learns_after(lambda base, r=r: [solution(base), r][1], "whole") for r in (None, "done")
    )
    assert silent == chatty
    assert not moved(silent)


@pytest.mark.keras
def test_the_two_ways_to_freeze_differ_in_what_setting_true_does():
    def answer(base):
        base.trainable = True

    assert learned(learns_after(answer, "whole"))
    assert not learned(learns_after(answer, "each layer"))


# what is trainable after an answer unfroze


@pytest.mark.keras
def test_the_head_and_every_array_of_the_base_are_told_apart():
    seen = trainable_after(lambda whole, first: first, "whole", "block2")
    trainable = {path for path, flag in seen["trainable"].items() if flag}
    assert trainable == {"predictions/kernel", "predictions/bias"}
    assert seen["returned"] == "block2"
    assert len(seen["trainable"]) == 2 + 6 * 5


@pytest.mark.keras
@pytest.mark.parametrize("first", ["block1", "block5", "block8"])
def test_the_solution_does_to_a_real_network_what_the_package_does(first):
    from dscourse.transfer import trainable_parameters, unfreeze_from, with_head
    from dscourse.xception import MINI, Xception

    base = Xception(include_top=False, weights="mini", input_shape=(32, 32, 3), name="base", **MINI)
    whole = with_head(base, "avg", 10)
    count = find("13-unfreeze-from").solution(whole, first)
    flags = [layer.trainable for layer in base.layers if layer.weights]
    unfreeze_from(whole, first)
    assert flags == [layer.trainable for layer in base.layers if layer.weights]
    assert count == trainable_parameters(whole)


# phases


def script(*steps):
    """Make a script of steps: a rate compiles, "fit" trains, a function changes the base."""

    def answer(model, base, first, x, y):
        import keras

        for step in steps:
            if step == "fit":
                model.fit(x, y)
            elif callable(step):
                step(base)
            else:
                model.compile(keras.optimizers.Adam(step), loss())

    return answer


def freeze_all(base):
    base.trainable = False


def unfreeze_all(base):
    base.trainable = False
    base.trainable = True


@pytest.mark.keras
def test_a_fit_is_told_by_blocks_head_statistics_and_rate():
    seen = phases_of(script(freeze_all, 0.01, "fit", unfreeze_all, 0.0001, "fit"), "block1")
    assert seen == {
        "fits": 2,
        "fit 1": {
            "blocks that learned": [],
            "the head learned": True,
            "statistics moved": False,
            "learning rate": 0.01,
        },
        "fit 2": {
            "blocks that learned": ["block1", "block2", "block3"],
            "the head learned": True,
            "statistics moved": True,
            "learning rate": 0.0001,
        },
    }


@pytest.mark.keras
def test_a_fit_without_compile_is_seen_to_go_on_as_before():
    seen = phases_of(script(freeze_all, 0.01, "fit", unfreeze_all, "fit"), "block1")
    assert seen["fit 1"] == seen["fit 2"]


@pytest.mark.keras
def test_a_head_that_does_not_learn_is_seen():
    def answer(model, base, first, x, y):
        model.get_layer("predictions").trainable = False
        script(0.01, "fit")(model, base, first, x, y)

    assert not phases_of(answer, "block1")["fit 1"]["the head learned"]


@pytest.mark.keras
def test_a_rate_set_by_hand_is_seen():
    def answer(model, base, first, x, y):
        script(0.01, "fit")(model, base, first, x, y)
        model.optimizer.learning_rate = 0.0001
        model.fit(x, y)

    assert phases_of(answer, "block1")["fit 2"]["learning rate"] == 0.0001


@pytest.mark.keras
def test_fit_is_silent_whatever_the_script_says(capfd):
    def answer(model, base, first, x, y):
        model.compile("adam", loss())
        model.fit(x, y, epochs=2, verbose=1)

    phases_of(answer, "block1")
    assert "loss" not in capfd.readouterr().out


@pytest.mark.keras
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_broken_script_raises_nothing_says_nothing_and_differs_from_its_repair(number):
    task = find(f"13-script-{number}")
    (call,) = task.calls(1)
    with no_word_is_said():
        broken = phases_of(task.given_starter, *call.args)
    assert broken != phases_of(task.solution, *call.args)


# draws


def test_every_epoch_is_told_by_what_it_showed():
    def answer(extract, augment, learn, images, labels, epochs):
        changed = augment(images)
        learn(extract(changed), labels)
        learn(extract(changed), labels)
        learn(extract(augment(images)), labels[::-1])
        learn(extract(images), labels)
        learn(augment(extract(images)), labels)
        learn(images, labels)

    assert shown_in_epochs(answer, IMAGES, 3) == {
        "epochs": [
            *["features of changed images"] * 2,
            "features of changed images, with other labels",
            "features of unchanged images",
            *["features of something else"] * 2,
        ],
        "different draws": 2,
    }


def test_images_may_be_changed_all_at_once_or_epoch_by_epoch():
    task = find("13-script-5")
    seen = [shown_in_epochs(answer, IMAGES, 4) for answer in [task.solution, *task.alternatives]]
    assert seen[0]["different draws"] == 4
    assert all(other == seen[0] for other in seen)


# looks


@pytest.mark.parametrize(
    ("answer", "looks"),
    [
        (lambda settings, validate, test: (settings[0], validate(settings[0])), 0),
        (lambda settings, validate, test: (settings[1], test(settings[1])), 1),
        (lambda settings, validate, test: max(settings, key=test), 2),
    ],
    ids=["none", "one", "all"],
)
def test_every_look_at_the_test_images_is_counted(answer, looks):
    seen = looks_at_the_test(answer, (0.1, 0.2), (0.5, 0.6), (0.7, 0.8))
    assert seen["looks at the test images"] == looks


def test_each_setting_has_its_own_accuracies():
    seen = looks_at_the_test(
        lambda s, validate, test: [validate(0.2), test(0.1)], (0.1, 0.2), (0.5, 0.6), (0.7, 0.8)
    )
    assert seen["returned"] == [0.6, 0.7]


# not yet written


@pytest.mark.keras
@pytest.mark.parametrize(
    ("how", "args"),
    [
        (learns_after, ("whole",)),
        (trainable_after, ("whole", "block1")),
        (phases_of, ("block1",)),
        (shown_in_epochs, (IMAGES, 2)),
        (looks_at_the_test, ((0.1,), (0.5,), (0.6,))),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_answer_not_yet_written_comes_back_as_it_is(how, args):
    assert contains_todo(how(lambda *given: TODO, *args))
