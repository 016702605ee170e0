"""A class of real exercises: honest students lose nothing, wrong answers win nothing beyond it.

Attacks are a corpus of their own: see `attacks.py`.
"""

import inspect
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib import import_module

import pytest

from dscourse.checking import run_checks
from dscourse.exercises import chapters, exercises_in
from dscourse.grading.archives import Entry
from dscourse.grading.assignment import Assignment
from dscourse.grading.engine import Grader
from dscourse.grading.record import Status, Student
from dscourse.grading.sandboxes import Sandboxes
from dscourse.grading.submissions import Submission
from tests.grading import honest
from tests.grading.attacks import ATTACKS
from tests.grading.solving import Held, notebook

SEED = 20_261_124
NUMPY_ALONE = {"00", "01", "02", "04", "05", "06", "07"}
CHAPTERS = [name for name in sorted(chapters()) if name[:2] in NUMPY_ALONE]
TASKS = {task.id: task for name in CHAPTERS for task in exercises_in(name)}


def names_of(chapter):
    """Return the exercises of a chapter by the names of their variables."""
    module = import_module(chapters()[chapter])
    return {n: v for n, v in vars(module).items() if id(v) in set(map(id, TASKS.values()))}


def pasted(chapter, kind, number):
    """Return a notebook that answers each exercise with its so-manieth wrong or other answer.

    These call one another, so the whole file that they stand in is pasted, as a module of its own.
    It is public; in the sandbox it is not there.
    """
    source = inspect.getsource(import_module(chapters()[chapter]))
    module = f"import types\nm = types.ModuleType('m')\nexec({source!r}, vars(m))"
    function = ".function" if kind == "misconceptions" else ""
    last = [
        f"{task.name} = m.{name}.{kind}[{number}]{function}"
        for name, task in names_of(chapter).items()
        if number < len(getattr(task, kind))
    ]
    return notebook(module, "\n".join(last), chapter=chapter)


def answers(kind):
    """List all (chapter, number) for which an exercise has such an answer."""
    for chapter in CHAPTERS:
        most = max(len(getattr(task, kind)) for task in names_of(chapter).values())
        yield from ((chapter, kind, number) for number in range(most))


PASTED = [*answers("misconceptions"), *answers("alternatives")]


def submission(name, content, numbers):
    entry = Entry(name, 0.0, Held(content), None)
    digest = sha256(content).hexdigest()
    return Submission(Student(name), name, digest=digest, numbers=frozenset(numbers), entry=entry)


@pytest.fixture(scope="module")
def records(box):
    """Grade the whole class once, two at a time, as `dscourse grade` does."""
    honest_ones = [submission(name, raw, ()) for name, raw in honest.FILES.items()]
    others = [submission(str(key), pasted(*key), {key[0][:2]}) for key in PASTED]
    sandboxes = Sandboxes(lambda engine: box)
    only = Grader(Assignment({honest.TASK.id: honest.TASK}, SEED), sandboxes)
    every = Grader(Assignment(TASKS, SEED), sandboxes)
    with ThreadPoolExecutor(2) as pool:
        graded = [*pool.map(only.grade, honest_ones), *pool.map(every.grade, others)]
    return {record.student.id: record for record in graded}


@pytest.mark.parametrize("name", honest.FILES)
def test_an_honest_student_loses_nothing(records, box, name):
    if name in honest.WRITES and box.level != "LSN":
        pytest.skip("a submission can write files at level LSN alone")
    record = records[name]
    problems = [check.problem for e in record.exercises for check in e.checks if check.problem]
    assert (record.status, record.points) == (Status.GRADED, honest.TASK.points), problems


@pytest.mark.parametrize("key", PASTED, ids=lambda key: "-".join(map(str, key)))
def test_every_answer_gets_what_the_page_gives_for_it(records, key):
    chapter, kind, number = key
    record = records[str(key)]
    assert record.status is Status.GRADED
    found = {exercise.id: exercise.points for exercise in record.exercises}
    for task in names_of(chapter).values():
        given = getattr(task, kind)[number : number + 1]
        for answer in given:
            if kind == "alternatives":
                assert found[task.id] == task.points, task.id
            else:
                here = run_checks(task, answer.function, SEED)
                assert found[task.id] == here.points < task.points, (task.id, answer.code)


def test_the_corpus_has_what_was_promised():
    wrong = sum(len(task.misconceptions) for task in TASKS.values())
    assert len(honest.FILES) >= 70
    assert wrong >= 60
    assert len(ATTACKS) >= 78
    assert len(honest.FILES) + len(PASTED) + len(ATTACKS) >= 150
