"""One submission becomes one record: it costs what it must, and never a point more."""

import threading
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
import pytest

from dscourse import TODO
from dscourse.checking import Exercise, Outcome, call, run_checks
from dscourse.grading.archives import Entry, UnreadableError
from dscourse.grading.assignment import Assignment
from dscourse.grading.engine import Grader
from dscourse.grading.record import ExerciseRecord, Status, Student
from dscourse.grading.sandbox import SandboxError
from dscourse.grading.sandboxes import Sandboxes
from dscourse.grading.submissions import Submission
from tests.grading.fakes import FakeSandbox, FakeSession, Kill

SEED = 1234


def scaling(number: int) -> Exercise:
    """Make an exercise whose answer is called `scale<number>`, with three checks."""
    task = Exercise(f"05-scale-{number}", "Scale", "Return `x * k`.", hints=["Multiply."])

    def scale(x, k=2):
        """Return the array `x` times `k`."""
        return x * k

    scale.__name__ = f"scale{number}"
    task.reference(scale)
    task.check("by two")(lambda rng: call(rng.normal(size=(2, 3))))
    task.check("by three", worth=2)(lambda rng: call(rng.normal(size=4), k=3))
    task.check("by four")(lambda rng: call(rng.normal(size=4), k=4))

    @task.misconception("M-ADD", "it adds `k`.", section="scaling")
    def _(x, k=2):
        return x + k

    return task


TASKS = {task.id: task for task in map(scaling, (1, 2, 3))}


def right(x, k=2):
    return k * x


def wrong(x, k=2):
    return x + k


def kills(x, k=2):
    raise Kill


def kills_at_three(x, k=2):
    if k == 3:
        raise Kill
    return k * x


ALL_RIGHT = {"scale1": right, "scale2": right, "scale3": right}


@dataclass(frozen=True)
class Held:
    """The bytes of one notebook, or the reason why there are none."""

    notebook: bytes

    def content(self, member: object) -> bytes:
        if not self.notebook:
            raise UnreadableError("The file cannot be read: no such disk.")
        return self.notebook


def submission(notebook: bytes = b"ada", **fields) -> Submission:
    entry = Entry("ada.ipynb", 0.0, Held(notebook), None)
    digest = sha256(notebook).hexdigest()
    return Submission(Student("ada"), "ada.ipynb", digest=digest, entry=entry, **fields)


def graded(answers, *, tasks=TASKS, fails=(0,), **fields):
    """Grade one submission in fakes; each number in `fails` is one sandbox more to be started."""
    made = [FakeSandbox({b"ada": answers}, n) for n in fails]
    left = iter(made)
    sandboxes = Sandboxes(lambda engine: next(left))
    record = Grader(Assignment(tasks, SEED), sandboxes).grade(submission(**fields))
    return record, made


def points(record):
    return {exercise.id[-1]: exercise.points for exercise in record.exercises}


def test_right_answers_earn_all_points_and_the_record_says_under_which_conditions():
    record, [sandbox] = graded(ALL_RIGHT)
    assert record.status is Status.GRADED
    assert (record.points, record.total) == (12, 12)
    assert (record.seed, record.level, record.versions["numpy"]) == (SEED, "LSN", "2.4.6")
    assert record.digest == submission().digest
    assert record.measured["seconds"] >= 0
    assert all(session.closed for session in sandbox.sessions)


@pytest.mark.parametrize("answer", [right, wrong, lambda x, k=2: x.no, lambda x, k=2: TODO])
def test_an_answer_gets_what_the_page_would_give_on_the_same_inputs(answer):
    record, _ = graded({"scale1": answer}, tasks={"05-scale-1": TASKS["05-scale-1"]})
    here = run_checks(TASKS["05-scale-1"], answer, SEED)
    assert record.exercises == (ExerciseRecord.of(TASKS["05-scale-1"], here),)


def test_the_inputs_are_not_those_that_learners_see():
    seen = []

    def answer(x, k=2):
        seen.append(x)
        return k * x

    graded({"scale1": answer})
    assert not np.array_equal(seen[0], TASKS["05-scale-1"].calls(1)[0].args[0])


def test_a_misconception_is_named_in_the_record():
    record, _ = graded(ALL_RIGHT | {"scale2": wrong})
    assert [c.cause and c.cause.code for c in record.exercises[1].checks] == ["M-ADD"] * 3


def test_an_absent_function_is_not_submitted_and_todo_is_not_attempted():
    record, _ = graded({"scale1": right, "scale2": lambda x, k=2: TODO})
    assert [e.outcome for e in record.exercises] == [
        Outcome.PASSED,
        Outcome.NOT_ATTEMPTED,
        Outcome.NOT_ATTEMPTED,
    ]
    problems = [exercise.checks[0].problem for exercise in record.exercises]
    assert problems[1] == ""
    assert problems[2].startswith("`scale3` is not submitted")


def test_a_call_that_kills_the_process_costs_its_own_check_alone():
    record, [sandbox] = graded(ALL_RIGHT | {"scale2": kills_at_three})
    assert record.status is Status.GRADED
    assert points(record) == {"1": 4, "2": 2, "3": 4}
    assert [c.outcome for c in record.exercises[1].checks] == [
        Outcome.PASSED,
        Outcome.ERROR,
        Outcome.PASSED,
    ]
    assert len(sandbox.sessions) == 2
    assert all(session.closed for session in sandbox.sessions)


def test_an_answer_that_always_kills_is_asked_twice_and_the_others_lose_nothing():
    record, [sandbox] = graded(ALL_RIGHT | {"scale1": kills})
    assert points(record) == {"1": 0, "2": 4, "3": 4}
    assert {c.outcome for c in record.exercises[0].checks} == {Outcome.ERROR}
    assert len(sandbox.sessions) == 3  # two were killed, the third serves the rest


def test_a_notebook_that_dies_when_it_is_run_again_costs_the_check_that_killed_it():
    runs = []

    def session():
        runs.append(1)
        answers = ALL_RIGHT | {"scale1": kills_at_three}
        return FakeSession(answers) if len(runs) == 1 else FakeSession({}, "timeout", alive=False)

    record, _ = graded(session)
    assert points(record)["1"] == 1
    assert record.exercises[0].checks[1].outcome is Outcome.ERROR


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("timeout", Status.TIMEOUT),
        ("memory", Status.MEMORY),
        ("crashed", Status.CRASHED),
        ("unreadable", Status.UNREADABLE),
    ],
)
def test_a_notebook_that_does_not_come_to_its_end_has_no_points_instead_of_zero(status, expected):
    record, _ = graded(lambda: FakeSession({}, status, ["Cell 3 ran too long."], alive=False))
    assert record.status is expected
    assert record.points is None
    assert record.notes == ("Cell 3 ran too long.",)


def test_a_dead_zygote_is_replaced_and_the_student_loses_nothing():
    record, made = graded(ALL_RIGHT, fails=(1, 0))
    assert record.points == 12
    assert made[0].closed
    assert not made[1].closed


def test_a_zygote_that_dies_in_a_call_is_replaced_too():
    calls = []

    def unlucky(x, k=2):
        calls.append(k)
        if len(calls) == 2:
            raise SandboxError
        return k * x

    record, made = graded(ALL_RIGHT | {"scale2": unlucky}, fails=(0, 0))
    assert record.points == 12
    assert all(session.closed for session in made[0].sessions)


def test_a_sandbox_that_fails_twice_is_never_the_students_fault():
    record, _ = graded(ALL_RIGHT, fails=(1, 1))
    assert record.status is Status.NOT_GRADED
    assert record.points is None
    assert "The sandbox failed twice" in record.notes[0]


def test_a_fault_of_the_grader_ends_in_a_record_without_points_and_without_inputs():
    broken = Exercise("05-scale-1", "Scale", "…", hints=["…"])
    broken.reference(TASKS["05-scale-1"].solution)

    @broken.check("breaks")
    def _(rng):
        raise ValueError("a hidden input: 42")

    record, [sandbox] = graded(ALL_RIGHT, tasks={broken.id: broken})
    assert record.status is Status.NOT_GRADED
    assert "ValueError" in record.notes[0]
    assert "42" not in record.notes[0]
    assert all(session.closed for session in sandbox.sessions)


def test_a_file_that_cannot_be_read_is_unreadable():
    record = Grader(Assignment(TASKS, SEED), Sandboxes(lambda engine: None)).grade(submission(b""))
    assert record.status is Status.UNREADABLE
    assert record.notes == ("The file cannot be read: no such disk.",)


def test_what_was_decided_when_files_were_collected_needs_no_sandbox():
    late = replace(submission(), status=Status.NOT_SUBMITTED, notes=("No notebook.",))
    record = Grader(Assignment(TASKS, SEED), Sandboxes(lambda engine: None)).grade(late)
    assert record.status is Status.NOT_SUBMITTED
    assert record.notes == ("No notebook.",)


def test_a_file_is_asked_for_the_exercises_of_its_chapters():
    other = scaling(4)
    other.id = "06-scale-4"
    tasks = TASKS | {other.id: other}
    record, _ = graded(ALL_RIGHT, tasks=tasks, numbers=frozenset({"05"}))
    assert [e.id for e in record.exercises] == list(TASKS)
    record, _ = graded(ALL_RIGHT, tasks=tasks, numbers=frozenset({"06"}))
    assert [e.id for e in record.exercises] == ["06-scale-4"]
    record, _ = graded(ALL_RIGHT, tasks=tasks, numbers=frozenset())
    assert [e.id for e in record.exercises] == list(tasks)


def test_each_engine_has_its_own_sandbox_and_one_record_holds_both():
    keras = scaling(2)
    keras.engine = "keras"
    sandboxes = {
        "numpy": FakeSandbox({b"ada": {"scale1": right}}),
        "keras": FakeSandbox({b"ada": {"scale2": right}}),
    }
    assignment = Assignment({"05-scale-1": TASKS["05-scale-1"], "05-scale-2": keras}, SEED)
    record = Grader(assignment, Sandboxes(sandboxes.__getitem__)).grade(submission())
    assert [e.id for e in record.exercises] == ["05-scale-1", "05-scale-2"]
    assert record.points == 8


def test_notes_say_in_which_of_two_runs_a_cell_failed():
    keras = scaling(2)
    keras.engine = "keras"
    said = lambda name: lambda: FakeSession({name: right}, notes=["Cell 3 stopped."])  # noqa: E731
    sandboxes = {
        "numpy": FakeSandbox({b"ada": said("scale1")}),
        "keras": FakeSandbox({b"ada": said("scale2")}),
    }
    sandboxes["keras"].engine = "keras"
    assignment = Assignment({"05-scale-1": TASKS["05-scale-1"], "05-scale-2": keras}, SEED)
    record = Grader(assignment, Sandboxes(sandboxes.__getitem__)).grade(submission())
    assert record.notes == (
        "Run for the exercises with NumPy: Cell 3 stopped.",
        "Run for those with Keras: Cell 3 stopped.",
    )


def test_the_weaker_level_of_two_sandboxes_is_the_one_that_is_told():
    keras = scaling(2)
    keras.engine = "keras"
    weak = FakeSandbox({b"ada": {"scale2": right}})
    weak.level = "LS"
    sandboxes = {"numpy": FakeSandbox({b"ada": {"scale1": right}}), "keras": weak}
    assignment = Assignment({"05-scale-1": TASKS["05-scale-1"], "05-scale-2": keras}, SEED)
    assert Grader(assignment, Sandboxes(sandboxes.__getitem__)).grade(submission()).level == "LS"


def test_threads_that_meet_one_dead_sandbox_start_one_new_one():
    started = []
    barrier = threading.Barrier(4)

    class Dead(FakeSandbox):
        def open(self, notebook):
            barrier.wait(10)
            raise SandboxError("the zygote is gone.")

    def start(engine):
        started.append(Dead({}) if not started else FakeSandbox({b"ada": ALL_RIGHT}))
        return started[-1]

    grader = Grader(Assignment(TASKS, SEED), Sandboxes(start))
    records = []
    threads = [
        threading.Thread(target=lambda: records.append(grader.grade(submission())))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [record.points for record in records] == [12] * 4
    assert len(started) == 2
    assert started[0].closed
