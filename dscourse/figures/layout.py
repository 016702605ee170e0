"""The four axes of a batch of images."""

from dscourse.figures.drawing import PALETTE, Canvas, Drawing

_CELL = 22
_SHIFT = 16  # from one channel's sheet to the next


def nhwc_axes(batch: int, height: int, width: int, channels: int) -> Drawing:
    """Draw a batch as images side by side, each a stack of sheets, one a channel.

    Args:
        batch: Number of images.
        height: Rows of an image.
        width: Columns of an image.
        channels: Sheets of an image.

    >>> nhwc_axes(2, 4, 5, 3).alt
    '2 images side by side (N). Each is a stack of 3 sheets (C) of 4 rows (H) and 5 columns (W).'
    """
    depth = (channels - 1) * _SHIFT
    panel = width * _CELL + depth + 90
    canvas = Canvas(batch * panel + 10, height * _CELL + depth + 70)
    for image in range(batch):
        left, top = image * panel + 60, depth + 34
        for channel in reversed(range(channels)):
            _sheet(canvas, left + channel * _SHIFT, top - channel * _SHIFT, height, width, channel)
        middle = left + width * _CELL / 2
        canvas.text(middle, top + height * _CELL + 22, f"image {image}", size=14)
        canvas.text(left - 8, top + height * _CELL / 2, f"H = {height}", anchor="end")
        canvas.text(middle + depth, top - depth - 14, f"W = {width}")
        edge = left + width * _CELL + depth / 2 + 10
        canvas.text(edge, top + height * _CELL - depth / 2 + 8, f"C = {channels}", anchor="start")
    return canvas.drawing(
        f"{batch} images side by side (N). Each is a stack of {channels} sheets (C) of "
        f"{height} rows (H) and {width} columns (W)."
    )


def _sheet(canvas: Canvas, left: int, top: int, height: int, width: int, channel: int) -> None:
    fill = PALETTE[channel % len(PALETTE)]
    for row in range(height):
        for column in range(width):
            x, y = left + column * _CELL, top + row * _CELL
            canvas.box(x, y, _CELL, _CELL, fill=fill, opacity=1)
