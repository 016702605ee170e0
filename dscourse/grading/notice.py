"""The notice that goes to students with the notebooks: what will be graded, and by which rules."""

from collections.abc import Iterable, Mapping

from dscourse.checking import Exercise
from dscourse.exercises.private import is_private
from dscourse.grading.inside.limits import LIMITS, MEGABYTE, Limits

_LIBRARIES = {
    "numpy": "NumPy, Matplotlib, pandas, Python's standard library",
    "keras": "Keras, TensorFlow, NumPy, SciPy, scikit-learn, Matplotlib, pandas, "
    "Python's standard library",
}
_ALWAYS = "dscourse.conv"  # prompts of chapters 4 to 7 build on it


def notice(exercises: Mapping[str, Exercise]) -> str:
    """Write the notice as Markdown.

    Args:
        exercises: All that is graded, by id.

    >>> from dscourse.exercises.selection import select
    >>> print(notice(select(only=["05-depthwise"])).splitlines()[0])
    # What will be graded: 4 points in 1 exercise
    """
    tasks = list(exercises.values())
    count = "1 exercise" if len(tasks) == 1 else f"{len(tasks)} exercises"
    engines = sorted({task.engine for task in tasks}, reverse=True)
    lines = [
        f"# What will be graded: {_points(sum(task.points for task in tasks))} in {count}",
        "",
        "| Exercise | Title | Function | Points | Libraries | Seconds for a call |",
        "|---|---|---|---:|---|---:|",
        *(_row(task) for task in tasks),
        "",
        "## Rules",
        "",
        *(f"- {rule}" for rule in _rules(tasks)),
        *(f"- {_limits(engine, LIMITS[engine], len(engines) > 1)}" for engine in engines),
    ]
    return "\n".join(lines) + "\n"


def _row(task: Exercise) -> str:
    cells = (
        f"`{task.id}`",
        task.title.replace("|", "\\|"),
        f"`{task.name}`",
        str(task.points),
        _libraries(task),
        f"{task.seconds:g}",
    )
    return f"| {' | '.join(cells)} |"


def _libraries(task: Exercise) -> str:
    own = sorted({_ALWAYS, *getattr(task, "uses", ())})
    return f"{_LIBRARIES[task.engine]}; {', '.join(f'`{name}`' for name in own)}"


def _rules(tasks: Iterable[Exercise]) -> list[str]:
    return [
        "A function is found by its name, wherever it stands in your notebook. Keep the names.",
        "It is called on inputs that you do not see: the sizes and options are those of the "
        "exercise's kind, the values are new.",
        "What counts is what it returns. Two right answers that are written differently earn the "
        "same points.",
        "Points are given for each check, so a partly right answer earns a part.",
        "Your notebook runs from its first cell to its last in an empty folder, without a network "
        "and without other programs. Cells that fail or print cost nothing by themselves.",
        "A library that is not in the table does nothing during the grading, or is not there.",
        "Hand in every notebook that you were given. If two hold the same exercise, the newer is "
        "graded.",
        *(
            ["Exercises without a check line at their end can be checked by the grader alone."]
            if any(map(is_private, tasks))
            else []
        ),
    ]


def _limits(engine: str, limits: Limits, several: bool) -> str:
    where = f"In exercises with {engine.replace('numpy', 'NumPy').replace('keras', 'Keras')}, a"
    return (
        f"{where if several else 'A'} cell may take {limits.cell_seconds:g} seconds, the notebook "
        f"{limits.notebook_seconds:g}, and all calls together {limits.session_seconds:g}; memory "
        f"is limited to {limits.memory_bytes // MEGABYTE:,} MiB."
    )


def _points(number: int) -> str:
    return f"{number} point" if number == 1 else f"{number} points"
