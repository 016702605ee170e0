"""The letters are what their label says, the same everywhere, and no split sees another's."""

import re
from zlib import crc32

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from dscourse.data import FONTS, LETTERS, drawing, glyphs, outlines

SPLITS = list(FONTS)


def family(font: str) -> str:
    """Return the name of a font without its style: DejaVuSans of DejaVuSans-Bold."""
    return re.sub(r"-.*|Bol$|Italic$|BolIta$|10$", "", font)


@pytest.mark.parametrize("split", SPLITS)
def test_images_and_labels_have_the_promised_form(split):
    images, labels = glyphs(30, split, size=24)
    assert (images.shape, images.dtype) == ((30, 24, 24, 3), np.uint8)
    assert (labels.shape, labels.dtype) == ((30,), np.int64)


@pytest.mark.parametrize("count", [26, 100, 520])
def test_classes_are_as_even_as_they_can_be(count):
    often = np.bincount(glyphs(count)[1], minlength=len(LETTERS))
    assert often.max() - often.min() <= 1


def test_the_order_of_the_letters_is_random():
    labels = glyphs(260)[1]
    assert not np.array_equal(labels, np.arange(260) % 26)


def test_equal_arguments_give_equal_bytes_and_another_seed_does_not():
    first, again, other = glyphs(52, seed=3), glyphs(52, seed=3), glyphs(52, seed=4)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_more_images_than_one_batch_are_all_drawn_and_all_different(monkeypatch):
    monkeypatch.setattr(drawing, "BATCH", 20)
    images, labels = glyphs(52)
    assert len(images) == len(labels) == 52
    assert len(np.unique(images.reshape(52, -1), axis=0)) == 52


# Whole numbers, no tolerance. No platform's rasterizer takes part: FreeType only decodes the
# outlines, without hinting, and matplotlib brings fonts and FreeType along. A change here means
# that NumPy's random stream, the fonts or our drawing changed: stored results are then old.
@pytest.mark.parametrize(
    ("split", "total", "check"),
    [
        ("train", 10758509, 2347985200),
        ("validation", 10444972, 371748723),
        ("test", 7989903, 2490527159),
    ],
    ids=SPLITS,
)
def test_the_pixels_are_those_of_every_other_machine(split, total, check):
    images, labels = glyphs(26, split, seed=0)
    assert int(images.sum()) == total
    assert crc32(images.tobytes() + labels.astype("<i8").tobytes()) == check


def test_no_image_occurs_twice_in_or_across_splits():
    images = np.concatenate([glyphs(520, split)[0] for split in SPLITS])
    assert len(np.unique(images.reshape(len(images), -1), axis=0)) == len(images)


def test_no_family_of_fonts_is_in_two_splits():
    families = [{family(font) for font in FONTS[split]} for split in SPLITS]
    assert sum(map(len, families)) == len(set.union(*families))
    assert all(families)


def test_no_split_shares_a_random_stream_with_another():
    orders = [glyphs(260, split)[1].tolist() for split in SPLITS]
    assert len({str(order) for order in orders}) == len(SPLITS)


def painted(font: str, letter: str, size: int) -> np.ndarray:
    """Fill a letter's outline with matplotlib's own rasterizer, in the place where ours has it."""
    edges = outlines.edges(font, letter) * outlines.CAP * size + size / 2
    figure = Figure(figsize=(1, 1), dpi=size)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, size), ylim=(0, size))
    axes.axis("off")
    closed, start = [], 0
    for place, edge in enumerate(edges):  # edges of one contour follow each other
        if place + 1 == len(edges) or not np.array_equal(edge[1], edges[place + 1][0]):
            part = edges[start : place + 1]
            points = np.concatenate([part[:, 0], part[-1:, 1]])
            closed.append(Outline(points))
            start = place + 1
    axes.add_patch(PathPatch(Outline.make_compound_path(*closed), lw=0, fc="black"))
    canvas.draw()
    return 1.0 - np.asarray(canvas.buffer_rgba())[..., 0] / 255.0


@pytest.mark.parametrize("letter", "AOQRSW")
@pytest.mark.parametrize("font", ["DejaVuSans", "STIXGeneralBolIta", "cmtt10"])
def test_a_filled_letter_is_the_one_that_matplotlib_fills(font, letter):
    ours = outlines.masks((font,), letter, 64)[0, 0]
    theirs = painted(font, letter, 64)
    assert np.abs(ours - theirs).max() < 0.3  # ours has 17 shades, at an edge
    assert abs(ours.mean() - theirs.mean()) < 0.002


@pytest.mark.parametrize("split", SPLITS)
def test_most_images_resemble_the_letter_of_their_label_more_than_any_other(split):
    images, labels = glyphs(520, split)
    grey = images.mean(axis=-1)
    ink = np.abs(grey - np.median(grey, axis=(1, 2), keepdims=True)).reshape(len(images), -1)
    templates = outlines.masks(FONTS[split], LETTERS, 32).mean(axis=0).reshape(26, -1)
    likeness = [
        (a - a.mean(axis=1, keepdims=True)) / a.std(axis=1, keepdims=True) for a in (ink, templates)
    ]
    nearest = np.argmax(likeness[0] @ likeness[1].T, axis=1)
    assert np.mean(nearest == labels) > 0.2  # chance is 0.04


def test_colours_differ_between_images_and_channels():
    images = glyphs(520)[0].astype(float)
    means = images.mean(axis=(1, 2))  # (image, channel)
    assert means.std(axis=0).min() > 30
    assert abs(np.corrcoef(means.T)[0, 1]) < 0.9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 0}, "`count` must be an integer of at least 1; got 0."),
        ({"count": 2.5}, "`count` must be an integer of at least 1; got 2.5."),
        ({"count": True}, "`count` must be an integer of at least 1; got True."),
        ({"count": 5, "size": 7}, "`size` must be an integer of at least 8; got 7."),
        ({"count": 5, "seed": -1}, "`seed` must be an integer of at least 0; got -1."),
        (
            {"count": 5, "split": "dev"},
            "`split` must be one of train, validation, test; got 'dev'.",
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_impossible_argument_is_refused_in_words(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        glyphs(**arguments)
