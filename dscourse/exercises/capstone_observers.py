"""Observe an answer that trains a network: its predictions, and what became of the network."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dscourse.checking.todo import contains_todo


def solve_and_audit(
    answer: Callable[..., Any], images: np.ndarray, labels: np.ndarray, unseen: np.ndarray
) -> Any:
    """Give the answer a trained network with the images, and look at the network afterwards.

    Args:
        answer: The learner's function.
        images: Labelled images (count, 32, 32, 3).
        labels: Their labels (count,).
        unseen: Images without labels.

    Returns:
        A dict with what the answer returned and what the audit saw; `TODO` and None come back as
        they are.
    """
    from dscourse.transfer import audit
    from dscourse.xception import MINI, Xception

    base = Xception(
        weights="mini", include_top=False, pooling="avg", input_shape=images.shape[1:], **MINI
    )
    watch = audit(base)
    given = answer(base, images, labels, unseen)
    if given is None or contains_todo(given):
        return given
    seen = watch.look().total
    return {
        "answer": given,
        "audit": {"weights_moved": seen.moved, "statistics_moved": seen.batch_norms_moved},
    }
