"""The digits are the handwriting that their label says, few if wanted, and no split leaks."""

import re
import subprocess
import sys
from zlib import crc32

import numpy as np
import pytest

from dscourse.data import ORIGINALS, colour_digits, digits, glyphs

SPLITS = list(ORIGINALS)


def test_images_and_labels_have_the_promised_form():
    images, labels = colour_digits(n_per_class=3, size=24)
    assert (images.shape, images.dtype) == ((30, 24, 24, 3), np.uint8)
    assert (labels.shape, labels.dtype) == ((30,), np.int64)


def test_the_splits_part_the_originals_among_them_and_share_none():
    assert sorted(n for split in SPLITS for n in ORIGINALS[split]) == list(range(1797))


@pytest.mark.parametrize("split", SPLITS)
def test_a_split_shows_its_own_originals_once_each(split, monkeypatch):
    """Count with a picture for each original that says its number."""
    numbers = np.broadcast_to(np.arange(1797.0)[:, None, None], (1797, 8, 8))
    labels = np.arange(1797) % 10
    shown = []
    monkeypatch.setattr(digits, "handwriting", lambda: (numbers, labels))
    monkeypatch.setattr(digits, "enlarged", lambda grids, size, part: grids)
    monkeypatch.setattr(digits, "draw", lambda masks, chosen, rng: shown.extend(masks[chosen]))
    for seed in (0, 1):
        _, returned = colour_digits(split, seed=seed)
        found = [int(mask[0, 0]) for mask in shown[-len(returned) :]]
        assert sorted(found) == list(ORIGINALS[split])
        assert [n % 10 for n in found] == returned.tolist()


def test_one_writer_s_digits_stand_together_so_that_a_run_keeps_writers_apart():
    """The nearest other original is four times as often close by as chance would have it."""
    grids, labels = digits.handwriting()
    flat = grids.reshape(len(grids), -1)
    squares = (flat**2).sum(axis=1)
    distance = squares[:, None] + squares - 2 * flat @ flat.T
    np.fill_diagonal(distance, np.inf)
    nearest = distance.argmin(axis=1)
    place = np.arange(len(grids))
    close = np.abs(place[:, None] - place) <= 140  # 1797 images of 13 writers
    alike = labels[:, None] == labels
    assert close[place, nearest].mean() > 0.5
    assert close[alike].mean() < 0.2


@pytest.mark.parametrize("count", [1, 5, 20, 88])
def test_every_digit_is_there_as_often_as_was_asked_for(count):
    assert np.bincount(colour_digits(n_per_class=count)[1]).tolist() == [count] * 10


def test_with_one_seed_the_fewer_originals_are_among_the_more(monkeypatch):
    shown = []
    monkeypatch.setattr(digits, "enlarged", lambda grids, size, part: shown.append(grids) or grids)
    monkeypatch.setattr(digits, "draw", lambda masks, chosen, rng: None)
    for count in (5, 20):
        colour_digits(n_per_class=count, seed=4)
    few, many = ({grid.tobytes() for grid in grids} for grids in shown)
    assert len(few) == 50
    assert few < many


def test_equal_arguments_give_equal_bytes_and_another_seed_does_not():
    first, again, other = (colour_digits(n_per_class=2, seed=s) for s in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


# As for the letters: whole numbers, no tolerance. A change means that the originals, NumPy's random
# stream or our drawing changed, and that stored results are old.
@pytest.mark.parametrize(
    ("split", "total", "check"),
    [
        ("train", 12872934, 61890999),
        ("validation", 11789030, 1673124199),
        ("test", 10652710, 3448078392),
    ],
    ids=SPLITS,
)
def test_the_pixels_are_those_of_every_other_machine(split, total, check):
    images, labels = colour_digits(split, n_per_class=3, seed=0)
    assert int(images.sum()) == total
    assert crc32(images.tobytes() + labels.astype("<i8").tobytes()) == check


def test_no_image_occurs_twice_in_or_across_splits():
    images = np.concatenate([colour_digits(split)[0] for split in SPLITS])
    assert len(images) == 1797
    assert len(np.unique(images.reshape(1797, -1), axis=0)) == 1797


def test_most_images_resemble_the_digit_of_their_label_more_than_any_other():
    images, labels = colour_digits("test")
    grey = images.mean(axis=-1)
    ink = np.abs(grey - np.median(grey, axis=(1, 2), keepdims=True)).reshape(len(images), -1)
    grids, of = digits.handwriting()
    means = np.array([grids[of == digit].mean(axis=0) for digit in range(10)])
    templates = digits.enlarged(means, 32, digits.PART).reshape(10, -1)
    likeness = [
        (a - a.mean(axis=1, keepdims=True)) / a.std(axis=1, keepdims=True) for a in (ink, templates)
    ]
    nearest = np.argmax(likeness[0] @ likeness[1].T, axis=1)
    assert np.mean(nearest == labels) > 0.35  # chance is 0.1


def test_colours_and_noise_are_those_of_the_letters():
    """The edge is ground in both; its mean and spread tell the colours and the noise."""
    edges = [
        images[:, :2].reshape(len(images), -1, 3) for images in (colour_digits()[0], glyphs(900)[0])
    ]
    for statistic in (
        lambda e: e.mean(),
        lambda e: e.mean(axis=1).std(),
        lambda e: e.std(axis=1).mean(),
    ):
        digit, letter = map(statistic, edges)
        assert digit == pytest.approx(letter, rel=0.08)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "dev"}, "`split` must be one of train, validation, test; got 'dev'."),
        ({"n_per_class": 0}, "`n_per_class` must be an integer of at least 1; got 0."),
        (
            {"n_per_class": 89},
            "`n_per_class` must be at most 88, since the split has no more of one digit; got 89.",
        ),
        ({"size": 7}, "`size` must be an integer of at least 8; got 7."),
        ({"seed": 0.5}, "`seed` must be an integer of at least 0; got 0.5."),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_impossible_argument_is_refused_in_words(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        colour_digits(**arguments)


def test_without_scikit_learn_the_error_says_what_to_install():
    program = (
        "import sys; sys.modules['sklearn'] = None; sys.modules['sklearn.datasets'] = None\n"
        "from dscourse.data import colour_digits\n"
        "try: colour_digits()\n"
        "except ImportError as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "needs scikit-learn" in told.stdout
    assert "pip install 'dscourse[keras]'" in told.stdout
