"""The chapters of the course, and which one builds on which."""

from typing import NamedTuple

from dscourse.figures.drawing import BLUE, GREEN, ORANGE, PURPLE, SKY, Canvas, Drawing

_WIDTH, _HEIGHT = 128, 54
_STEP_X, _STEP_Y = 160, 88


class Chapter(NamedTuple):
    """A chapter: its title, its place on the map, and the chapters that it builds on."""

    title: str
    column: int
    row: int
    fill: str
    needs: tuple[int, ...] = ()


CHAPTERS = (
    Chapter("Start here", 0, 0, SKY),
    Chapter("Two jobs of\na convolution", 1, 0, BLUE, (0,)),
    Chapter("1x1\nconvolutions", 2, 0, BLUE, (1,)),
    Chapter("Inception", 3, 0, ORANGE, (2,)),
    Chapter("Towers", 4, 0, ORANGE, (3,)),
    Chapter("Depthwise\nseparable", 4, 1, ORANGE, (4,)),
    Chapter("Order and\nnon-linearity", 3, 1, ORANGE, (5,)),
    Chapter("What it costs", 4, 3, ORANGE, (5,)),
    Chapter("Residuals and\nBatchNorm", 3, 2, GREEN, (5,)),
    Chapter("Build\nXception", 2, 1, GREEN, (6, 8)),
    Chapter("Compare\nfairly", 2, 3, GREEN, (7, 9)),
    Chapter("Keras\nApplications", 1, 1, PURPLE, (9,)),
    Chapter("Feature\nextraction", 0, 1, PURPLE, (11,)),
    Chapter("Fine-tuning", 0, 2, PURPLE, (8, 12)),
    Chapter("Beyond", 0, 3, PURPLE, (13,)),
    Chapter("Capstone", 1, 3, SKY, (14,)),
)


def course_map() -> Drawing:
    """Draw the chapters as a graph; an arrow leads from what is needed to what needs it.

    >>> course_map().alt.splitlines()[1]
    'Chapter 1, Two jobs of a convolution, builds on chapter 0.'
    """
    columns = max(chapter.column for chapter in CHAPTERS)
    rows = max(chapter.row for chapter in CHAPTERS)
    canvas = Canvas(columns * _STEP_X + _WIDTH + 4, rows * _STEP_Y + _HEIGHT + 4)
    for chapter in CHAPTERS:
        for needed in chapter.needs:
            _arrow(canvas, CHAPTERS[needed], chapter)
    for number, chapter in enumerate(CHAPTERS):
        left, top = 2 + chapter.column * _STEP_X, 2 + chapter.row * _STEP_Y
        text = f"{number}  {chapter.title}"
        canvas.box(left, top, _WIDTH, _HEIGHT, text, fill=chapter.fill)
    return canvas.drawing("\n".join(map(_told, range(len(CHAPTERS)))))


def _arrow(canvas: Canvas, start: Chapter, end: Chapter) -> None:
    """Lead from border to border along the line between the middles."""
    dx, dy = (end.column - start.column) * _STEP_X, (end.row - start.row) * _STEP_Y
    inside = min(half / abs(way) for half, way in ((_WIDTH / 2, dx), (_HEIGHT / 2, dy)) if way)
    x = 2 + start.column * _STEP_X + _WIDTH / 2
    y = 2 + start.row * _STEP_Y + _HEIGHT / 2
    outside = 1 - inside
    canvas.arrow(x + dx * inside, y + dy * inside, x + dx * outside, y + dy * outside)


def _told(number: int) -> str:
    chapter = CHAPTERS[number]
    title = chapter.title.replace("\n", " ")
    if not chapter.needs:
        return f"Chapter {number}, {title}, builds on nothing."
    noun = "chapter" if len(chapter.needs) == 1 else "chapters"
    return f"Chapter {number}, {title}, builds on {noun} {' and '.join(map(str, chapter.needs))}."
