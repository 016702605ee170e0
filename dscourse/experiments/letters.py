"""The coloured letters as a task that one process or several can train.

`python -m dscourse.training dscourse.experiments.letters:task --folder run --local 2`
"""

from dscourse.data import glyphs
from dscourse.experiments.arms import CLASSES, MOMENTUM
from dscourse.experiments.training import Scaling, Setting
from dscourse.training import Task


def task(setting: Setting | None = None) -> Task:
    """Make the task: a narrow Xception that learns to read letters.

    Args:
        setting: Size and number of the images, epochs and global batch; by default those of the
            studies.
    """
    import keras

    from dscourse.xception import Xception

    setting = setting or Setting()
    images, labels = glyphs(setting.train, "train", size=setting.size)
    scaled = Scaling.of(images)(images)

    def model() -> keras.Model:
        return Xception(
            weights=None,
            classes=CLASSES,
            classifier_activation=None,
            input_shape=(setting.size, setting.size, 3),
            width=0.125,
            middle_blocks=1,
            momentum=MOMENTUM,
            small_inputs=True,
        )

    return Task(
        model,
        lambda: keras.optimizers.Adam(0.003),
        examples=setting.train,
        read=lambda numbers: (scaled[numbers], labels[numbers]),
        batch=setting.batch,
        epochs=setting.epochs,
    )
