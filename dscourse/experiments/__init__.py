"""The course's own experiments: arms as data, one function that trains one, and studies of many.

`python -m dscourse.experiments list` names the studies; `dscourse.results` holds their rows.
"""

from dscourse.experiments.arms import StagedArm, XceptionArm
from dscourse.experiments.runner import best_rate, run
from dscourse.experiments.staged import width_for
from dscourse.experiments.studies import STUDIES, Study
from dscourse.experiments.training import Scaling, Setting, splits, train

__all__ = [
    "STUDIES",
    "Scaling",
    "Setting",
    "StagedArm",
    "Study",
    "XceptionArm",
    "best_rate",
    "run",
    "splits",
    "train",
    "width_for",
]
