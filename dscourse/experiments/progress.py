"""What runs now, what it reached, and how long the rest will take."""

import time
from collections.abc import Callable


class Progress:
    """Count runs and say the time that is left, if the rest takes as long as what has run.

    Args:
        total: Number of runs, those that need not be repeated included.
        say: Is called with a line.
        clock: Tells the time in seconds.
    """

    def __init__(
        self,
        total: int,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total, self.say, self.clock = total, say, clock
        self.finished, self.trained, self.what = 0, 0, ""
        self.begun = clock()

    def skip(self, count: int) -> None:
        """Note runs whose rows lie in a file already."""
        self.finished += count

    def begin(self, what: str) -> None:
        """Note what runs now."""
        self.what = what

    def end(self, accuracy: float) -> None:
        """Say what the run reached, and the time that is left."""
        self.finished += 1
        self.trained += 1
        left = (self.clock() - self.begun) / self.trained * (self.total - self.finished)
        self.say(
            f"[{self.finished}/{self.total}] {self.what}: accuracy {accuracy:.3f}; "
            f"about {left / 60:.0f} min left"
        )
