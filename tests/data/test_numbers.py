"""A house number shows the digit of its label in the middle, and parts of two others."""

from zlib import crc32

import numpy as np
import pytest

from dscourse.data import ORIGINALS, colour_digits, house_numbers, numbers

SPLITS = list(ORIGINALS)


@pytest.fixture
def plain(monkeypatch):
    """Pictures of cover alone, without walls and noise."""
    monkeypatch.setattr(numbers, "_painted", lambda cover, rng: cover)
    return house_numbers


def test_images_and_labels_have_the_promised_form():
    images, labels = house_numbers(n_per_class=3, size=24)
    assert (images.shape, images.dtype) == ((30, 24, 24, 3), np.uint8)
    assert (labels.shape, labels.dtype) == ((30,), np.int64)


@pytest.mark.parametrize("count", [1, 20, 88])
def test_every_digit_is_there_as_often_as_was_asked_for(count):
    assert np.bincount(house_numbers(n_per_class=count)[1]).tolist() == [count] * 10


def test_a_split_shows_its_own_originals_once_each_in_the_middle_and_no_other_at_the_sides(
    monkeypatch, plain
):
    """Count with a picture for each original that says its number."""
    originals = np.broadcast_to(np.arange(1797.0)[:, None, None], (1797, 8, 8))
    monkeypatch.setattr(numbers, "handwriting", lambda: (originals, np.arange(1797) % 10))
    monkeypatch.setattr(numbers, "enlarged", lambda grids, size, part: grids)
    shown = []
    monkeypatch.setattr(numbers, "moved", lambda masks, rng: shown.append(masks) or masks)
    monkeypatch.setattr(numbers, "_pushed", lambda masks, columns: masks * 0)
    for split in SPLITS:
        cover, labels = plain(split)
        middle, left, right = shown[-3:]
        assert sorted(middle[:, 0, 0]) == list(ORIGINALS[split])
        assert [n % 10 for n in middle[:, 0, 0].astype(int)] == labels.tolist()
        assert {*left[:, 0, 0], *right[:, 0, 0]} <= set(ORIGINALS[split])
        np.testing.assert_array_equal(cover, middle)


def test_neighbours_stand_to_the_left_and_to_the_right_and_leave_the_middle_alone(monkeypatch):
    covers = {}
    for name, pushed in (("with", numbers._pushed), ("without", lambda masks, columns: masks * 0)):
        monkeypatch.setattr(numbers, "_pushed", pushed)
        monkeypatch.setattr(numbers, "_painted", lambda cover, rng: cover)
        covers[name] = house_numbers("test")[0].mean(axis=(0, 1))  # ink in each column
    more = covers["with"] - covers["without"]
    assert more[:4].min() > 0.05
    assert more[-4:].min() > 0.05
    assert more[14:18].max() < 0.01


def test_walls_change_from_end_to_end_and_numbers_are_shades_of_their_wall():
    rng = np.random.default_rng(0)
    blank = numbers._painted(np.zeros((200, 16, 16)), rng).astype(float)
    corners = blank.reshape(200, 2, 8, 2, 8, 3).mean(axis=(2, 4)).reshape(200, 4, 3)
    assert np.median(np.ptp(corners, axis=1)) > 15  # of 255
    half = np.zeros((200, 16, 16))
    half[:, :, 8:] = 1
    painted = numbers._painted(half, np.random.default_rng(0)).astype(float)
    light = painted[:, :, 8:].mean(axis=(1, 2)) - blank[:, :, 8:].mean(axis=(1, 2))
    assert (np.abs(light).max(axis=1) > 30).all()
    one_way = (light > -12).all(axis=1) | (light < 12).all(axis=1)
    assert one_way.mean() > 0.95


def test_equal_arguments_give_equal_bytes_and_another_seed_does_not():
    first, again, other = (house_numbers(n_per_class=2, seed=s) for s in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_the_digits_of_the_other_set_have_other_originals_with_the_same_seed():
    """What was chosen for one set must not be what was chosen for the other."""
    assert not np.array_equal(colour_digits("test")[1], house_numbers("test")[1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "all"}, "`split`"),
        ({"size": 4}, "`size`"),
        ({"seed": -1}, "`seed`"),
        ({"n_per_class": 0}, "`n_per_class`"),
        ({"n_per_class": 93}, "`n_per_class` must be at most"),
    ],
)
def test_an_argument_out_of_its_range_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        house_numbers(**arguments)


@pytest.mark.parametrize(
    ("split", "total", "check"),
    [
        ("train", 11420875, 2024876584),
        ("validation", 11691440, 1420953058),
        ("test", 10890942, 66181654),
    ],
    ids=SPLITS,
)
def test_the_pixels_are_those_of_every_other_machine(split, total, check):
    images, labels = house_numbers(split, n_per_class=3, seed=0)
    assert int(images.sum()) == total
    assert crc32(images.tobytes() + labels.astype("<i8").tobytes()) == check
