"""How wide the maps in a block are: a bar for each map, between them what leads to the next."""

from collections.abc import Mapping, Sequence

from dscourse.figures.drawing import BLUE, Canvas, Drawing

_COLUMN, _BAR, _STEP, _TOP = 240, 20, 52, 40

Profile = tuple[Sequence[int], Sequence[str]]  # channels of the maps, and the steps between them


def channel_profiles(blocks: Mapping[str, Profile]) -> Drawing:
    """Draw a column for each block: its maps as bars as long as they have channels.

    Args:
        blocks: For each block's name the channels of its maps from the input to the output, and
            what leads from each map to the next.

    Raises:
        ValueError: A block has not one step less than maps.

    >>> channel_profiles({"inverted": ([24, 144, 24], ["1x1", "3x3 depthwise, 1x1"])}).alt
    'Channels of the maps. inverted: 24, 1x1, 144, 3x3 depthwise, 1x1, 24.'
    """
    rows = max(len(channels) for channels, _ in blocks.values())
    canvas = Canvas(_COLUMN * len(blocks), _TOP + _STEP * (rows - 1) + _BAR + 14)
    told = []
    for place, (name, (channels, steps)) in enumerate(blocks.items()):
        if len(steps) != len(channels) - 1:
            raise ValueError(
                f"`blocks` must name a step between any two maps; {name!r} has "
                f"{len(channels)} maps and {len(steps)} steps."
            )
        middle = (place + 0.5) * _COLUMN
        canvas.text(middle, 14, name)
        scale = (_COLUMN - 50) / max(channels)
        for row, count in enumerate(channels):
            top, width = _TOP + row * _STEP, max(count * scale, 34.0)
            label = str(count)
            canvas.box(middle - width / 2, top, width, _BAR, label, fill=BLUE, size=12)
            if row < len(steps):
                canvas.arrow(middle, top + _BAR + 3, middle, top + _STEP - 3)
                below = top + (_BAR + _STEP) / 2
                canvas.text(middle + 12, below, steps[row], anchor="start", size=12)
        way = [f"{count}, {step}" for count, step in zip(channels, steps, strict=False)]
        told.append(f"{name}: {', '.join([*way, str(channels[-1])])}.")
    return canvas.drawing(f"Channels of the maps. {' '.join(told)}")
