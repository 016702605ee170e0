"""The course in one picture: from one tower to one tower a channel."""

from dscourse.figures.drawing import PALETTE, Canvas, Drawing

_CHANNELS = 4
_PANELS = (
    (1, "1 tower", "an ordinary convolution"),
    (2, "2 towers", "an Inception module"),
    (4, "4 towers", "one a channel: the extreme"),
)
_PANEL_WIDTH = 220
_BAR = 36


def spectrum() -> Drawing:
    """Draw the spectrum of channel segments: one, some, and one for every channel.

    Source: Chollet 2017, sections 1.1 and 1.2 and figures 2 to 4 (https://arxiv.org/abs/1610.02357).

    >>> "four towers" in spectrum().alt
    True
    """
    canvas = Canvas(_PANEL_WIDTH * len(_PANELS), 250)
    for place, (towers, title, meaning) in enumerate(_PANELS):
        _panel(canvas, place * _PANEL_WIDTH + 20, towers)
        middle = place * _PANEL_WIDTH + _PANEL_WIDTH / 2
        canvas.text(middle, 216, title, size=15)
        canvas.text(middle, 238, meaning)
    return canvas.drawing(
        "Three pictures of a 1x1 convolution followed by 3x3 convolutions over four channels. "
        "With one tower a single 3x3 sees all four channels: an ordinary convolution. "
        "With two towers each 3x3 sees two channels: an Inception module. "
        "With four towers each 3x3 sees one channel: the extreme form, "
        "which leads to the separable convolution."
    )


def _panel(canvas: Canvas, left: float, towers: int) -> None:
    width = _PANEL_WIDTH - 40
    segment = width / towers
    canvas.box(left, 10, width, 34, "1x1: mixes channels", fill=PALETTE[4])
    for channel in range(_CHANNELS):
        x = left + (channel + 0.5) * width / _CHANNELS
        tower = channel * towers // _CHANNELS
        canvas.arrow(x, 44, x, 66)
        fill = PALETTE[tower] if towers > 1 else PALETTE[0]
        canvas.box(x - _BAR / 2, 68, _BAR, 26, fill=fill, opacity=0.8)
        canvas.arrow(x, 94, x, 116)
    for tower in range(towers):
        fill = PALETTE[tower]
        canvas.box(left + tower * segment + 3, 118, segment - 6, 50, "3x3", fill=fill)
        middle = left + (tower + 0.5) * segment
        canvas.arrow(middle, 168, middle, 194)


if __name__ == "__main__":  # README.md and the book's first page show this file
    from pathlib import Path

    Path("book/_static/overview.svg").write_text(spectrum().file_text(), encoding="utf-8")
