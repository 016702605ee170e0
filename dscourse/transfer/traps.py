"""The classic traps of fine-tuning, told from what an audit saw; each is a sentence or nothing."""

from collections.abc import Callable, Sequence

from dscourse.transfer.seen import Row, rows

_COMPILE = (
    "Keras reads `trainable` at the first fit after compile(): call model.compile(...) after the "
    "last change, then fit"
)


def warnings_about(seen: Row) -> tuple[str, ...]:
    """Return a sentence for each trap that a model stepped into.

    Args:
        seen: All arrays of the model, as one row.

    >>> from dscourse.transfer.seen import Seen
    >>> kernel = Seen("conv", "block1", False, False, True, moved=False)
    >>> warnings_about(Row("model", (kernel,)))[0].split(".")[0]
    'Nothing moved'
    """
    found = [trap(seen) for trap in _TRAPS]
    return tuple(sentence for sentence in found if sentence)


def _nothing_moved(seen: Row) -> str:
    if seen.moved or seen.batch_norms_moved:
        return ""
    reason = (
        "Did `fit` run while the audit watched, with a learning rate above zero?"
        if seen.trainable
        else "No weight is trainable: unfreeze some, then compile and fit."
    )
    return f"Nothing moved. {reason}"


def _stuck(seen: Row) -> str:
    if not seen.moved or not seen.stuck:
        return ""
    return (
        f"{_count(seen.stuck, 'weight')} of {_where(seen, lambda r: r.stuck)} can be trained but "
        f"did not move. {_COMPILE}. If you did, no gradient reaches them."
    )


def _slipped(seen: Row) -> str:
    if not seen.slipped:
        return ""
    return (
        f"{_count(seen.slipped, 'weight')} of {_where(seen, lambda r: r.slipped)} moved although "
        f"frozen. {_COMPILE}."
    )


def _frozen_statistics(seen: Row) -> str:
    if not seen.batch_norms_slipped:
        return ""
    return (
        f"{_count(seen.batch_norms_slipped, 'frozen BatchNormalization layer')} of "
        f"{_where(seen, lambda r: r.batch_norms_slipped)} moved the statistics. {_COMPILE}."
    )


def _live_statistics(seen: Row) -> str:
    """Tell of moving statistics where something is transferred; from scratch they must move."""
    live = [s for s in seen.seen if s.statistic and s.moved and s.trainable]
    transferred = seen.trainable < seen.weights or any(s.inside for s in live)
    if not live or not transferred:
        return ""
    moved = Row("", tuple(live))
    return (
        f"{_count(moved.batch_norms, 'BatchNormalization layer')} of "
        f"{_where(moved, lambda r: r.batch_norms)} moved the statistics that came with the "
        "weights. Passing training=False to the base does not prevent it in fit: call "
        "freeze_batch_norm(base), then compile. From scratch it is right."
    )


def _not_finite(seen: Row) -> str:
    broken = Row("", tuple(s for s in seen.seen if not s.finite))
    if not broken.seen:
        return ""
    return (
        f"{_count(len(broken.seen), 'array')} of {_where(broken, lambda r: len(r.seen))} holds "
        "values that are no numbers any more: start again from the saved weights, with a lower "
        "learning rate."
    )


_TRAPS = (_nothing_moved, _stuck, _slipped, _frozen_statistics, _live_statistics, _not_finite)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _where(seen: Row, holds: Callable[[Row], int]) -> str:
    """Name the blocks that a count comes from, or the layers where there are no blocks."""
    blocks = {s.block for s in seen.seen} - {"", "head"}
    names = [r.name for r in rows(seen.seen, "block" if blocks else "layer") if holds(r)]
    return _listed(names)


def _listed(names: Sequence[str]) -> str:
    shown = list(names) if len(names) <= 4 else [*names[:2], "…", names[-1]]
    return ", ".join(shown)
