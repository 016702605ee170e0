"""Transfer a trained network to another task, and see what really happened on the way."""

from dscourse.transfer.audit import Audit, audit
from dscourse.transfer.blocks import block_names, trainable_parameters
from dscourse.transfer.cache import FeatureCache
from dscourse.transfer.features import extract, extract_labelled
from dscourse.transfer.freezing import freeze, freeze_batch_norm, unfreeze_from
from dscourse.transfer.grad_cam import grad_cam
from dscourse.transfer.heads import head_parameters, with_head
from dscourse.transfer.recipe import Phases, fine_tune
from dscourse.transfer.seen import Row, Seen

__all__ = [
    "Audit",
    "FeatureCache",
    "Phases",
    "Row",
    "Seen",
    "audit",
    "block_names",
    "extract",
    "extract_labelled",
    "fine_tune",
    "freeze",
    "freeze_batch_norm",
    "grad_cam",
    "head_parameters",
    "trainable_parameters",
    "unfreeze_from",
    "with_head",
]
