"""Find the shape of one image, in whichever order of axes Keras is set to."""

from typing import Any, NamedTuple

import keras

from dscourse.xception._arguments import TRAINED, is_integer

Shape = tuple[int | None, ...]


class Size(NamedTuple):
    """Sides of a square image in pixels."""

    usual: int
    least: int  # makes maps of 5x5 in the middle flow and of 3x3 at the end


FULL, SMALL = Size(usual=299, least=71), Size(usual=32, least=21)


def image_shape(
    shape: Any, tensor: Any, *, include_top: bool, weights: Any, small_inputs: bool
) -> Shape:
    """Return the checked shape of one image, the usual one where none is asked for."""
    size = SMALL if small_inputs else FULL
    asked = _of_tensor(shape, tensor) if tensor is not None else shape
    name = "input_shape" if tensor is None else "input_tensor"
    if asked is None:
        return _square(size.usual if include_top else None)
    _check_shape(name, asked, size, weights)
    # Keras is strict with a shape and not with a tensor; the top pools, so any size would work.
    if tensor is None and include_top:
        _check_size_for_top(asked, size, weights)
    return tuple(asked)


def _of_tensor(shape: Any, tensor: Any) -> Shape:
    if not isinstance(tensor, keras.KerasTensor):
        raise ValueError(
            f"`input_tensor` must be a Keras tensor; got {type(tensor).__name__}, so make one "
            "with keras.Input, and call the model on data."
        )
    of_tensor: Shape = tensor.shape[1:]
    if shape not in (None, of_tensor, list(of_tensor)):
        raise ValueError(
            f"`input_shape` must be that of `input_tensor`, {of_tensor}; got {shape}, so omit it."
        )
    return of_tensor


def _check_shape(name: str, asked: Any, size: Size, weights: Any) -> None:
    sides, channels = _split(asked)
    if not is_integer(channels, 1) or not all(n is None or is_integer(n, 1) for n in sides):
        raise ValueError(
            f"`{name}` must have three axes: height and width (integers or None) and channels; "
            f"got {asked}."
        )
    if weights in TRAINED and channels != 3:
        raise ValueError(
            f"`{name}` must have 3 channels with `weights={weights!r}`; got {asked}, so pass "
            "weights=None or make three channels of yours."
        )
    if any(n is not None and n < size.least for n in sides):
        way_out = "" if size is SMALL else " or pass small_inputs=True"
        raise ValueError(
            f"`{name}` must be at least {size.least}x{size.least}; got {asked}, so enlarge the "
            f"images{way_out}."
        )


def _check_size_for_top(asked: Any, size: Size, weights: Any) -> None:
    if weights in TRAINED and tuple(asked) != _square(size.usual):
        raise ValueError(
            f"`input_shape` must be {_square(size.usual)} with `include_top=True` and "
            f"`weights={weights!r}`; got {asked}, so pass include_top=False for another size."
        )
    if None in asked:
        raise ValueError(
            f"`input_shape` must name height and width with `include_top=True`; got {asked}."
        )


def _split(shape: Any) -> tuple[tuple[Any, ...], Any]:
    """Split a shape into sides and channels; channels are None unless there are three axes."""
    if not isinstance(shape, tuple | list) or len(shape) != 3:
        return (), None
    if keras.config.image_data_format() == "channels_first":
        return tuple(shape[1:]), shape[0]
    return tuple(shape[:2]), shape[2]


def _square(side: int | None) -> Shape:
    first = keras.config.image_data_format() == "channels_first"
    return (3, side, side) if first else (side, side, 3)
