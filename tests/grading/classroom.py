"""Records of a small class, made from real reports, for tests of what is written from them."""

from dataclasses import replace

from dscourse.checking import TODO, run_checks
from dscourse.exercises import find
from dscourse.grading.record import ExerciseRecord, Record, Status, Student

SEED = 918_273_645
IDS = ("05-depthwise", "05-effective-kernel")


def graded(student: Student, *, wrong: int | None = None, absent: bool = False, **more) -> Record:
    """Return the record of a student whose first exercise is right, wrong in one way or absent."""
    exercises = []
    for name in IDS:
        task = find(name)
        answer = task.solution
        if absent:
            answer = lambda *args, **kwargs: TODO  # noqa: E731
        elif wrong is not None:
            answer = task.misconceptions[wrong % len(task.misconceptions)].function
        exercises.append(ExerciseRecord.of(task, run_checks(task, answer, SEED)))
    values = {
        "file": "05-separable.ipynb",
        "digest": "5f" * 32,
        "seed": SEED,
        "level": "LSN",
        "versions": {"python": "3.11.7", "numpy": "2.4.6"},
        "exercises": tuple(exercises),
        "measured": {"seconds": 0.031},
    }
    return Record(student, Status.GRADED, **(values | more))


def classroom() -> list[Record]:
    """Return a class: right, wrong in several ways, not attempted, and each way to fail."""
    names = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Edsger Dijkstra", "Barbara Liskov"]
    records = [
        graded(
            Student(str(1000 + n), name, f"s{n}@example.org", f"u{n}", "moodle"),
            wrong=n - 2 if n > 1 else None,
            measured={"seconds": 0.03 + n},
        )
        for n, name in enumerate(names)
    ]
    records.append(graded(Student("2000", "Not Started", platform="moodle"), absent=True))
    for n, status in enumerate(s for s in Status if s is not Status.GRADED):
        student = Student(str(3000 + n), f"Case {status.value}", platform="moodle")
        failed = graded(student, notes=("Cell 3 did not end.",))
        records.append(replace(failed, status=status, exercises=()))
    return records
