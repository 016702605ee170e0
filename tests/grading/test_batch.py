"""Many submissions side by side: each is graded once, whatever happens to one of them."""

import threading
import time
import tracemalloc
from concurrent.futures import Future

import pytest

from dscourse.grading import batch
from dscourse.grading.record import Record, Status, Student
from dscourse.grading.results import Results, Settings
from dscourse.grading.submissions import Submission


def hand_ins(count: int) -> list[Submission]:
    return [Submission(Student(f"s{n:04}"), "05.ipynb", digest=f"d{n}") for n in range(count)]


def grade(submission: Submission) -> Record:
    return Record(submission.student, Status.GRADED, submission.file, submission.digest)


@pytest.fixture
def results(tmp_path) -> Results:
    results = Results(tmp_path)
    results.begin(Settings(1, "abc"))
    return results


def run(submissions, results, grade=grade, jobs=3, **options) -> int:
    with batch.threads(grade, jobs) as submit:
        return batch.run(submissions, results, submit, jobs=jobs, quiet=True, **options)


def test_every_submission_gets_its_own_record(results):
    everyone = hand_ins(40)
    assert run(everyone, results) == 40
    assert [r.student for r in results.records(everyone)] == [s.student for s in everyone]


def test_jobs_run_side_by_side_and_never_more_of_them(results):
    running, most, lock = [0], [0], threading.Lock()

    def slow(submission):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with lock:
            running[0] -= 1
        return grade(submission)

    run(hand_ins(20), results, slow, jobs=4)
    assert most == [4]


def test_what_has_a_record_is_not_graded_again(results):
    everyone = hand_ins(10)
    run(everyone[:6], results)
    asked = []
    assert run(everyone, results, lambda s: asked.append(s) or grade(s)) == 4
    assert sorted(s.student.id for s in asked) == [s.student.id for s in everyone[6:]]


def test_ctrl_c_keeps_what_is_done_and_the_rest_can_follow(results):
    everyone = hand_ins(30)
    stop = threading.Event()

    def interrupted(submission):
        if submission is everyone[10]:
            stop.set()
        stop.wait(0.02)
        return grade(submission)

    class Interrupting(Results):
        def put(self, submission, record):
            if stop.is_set():
                raise KeyboardInterrupt
            super().put(submission, record)

    with pytest.raises(KeyboardInterrupt):
        run(everyone, Interrupting(results.folder), interrupted)
    kept = 30 - len(results.missing(everyone))
    assert 0 < kept < 30
    assert run(everyone, results) == 30 - kept
    assert list(results.records(everyone)) == [grade(s) for s in everyone]


def test_a_full_disk_ends_the_batch_with_whole_records_behind(results):
    everyone = hand_ins(30)

    class Filling(Results):
        left = 7

        def put(self, submission, record):
            if not self.left:
                raise OSError(28, "No space left on device")
            self.left -= 1
            super().put(submission, record)

    with pytest.raises(OSError, match="No space left"):
        run(everyone, Filling(results.folder))
    assert len(results.missing(everyone)) == 23


def test_a_grading_that_is_lost_is_no_zero_and_the_batch_goes_on(results):
    everyone = hand_ins(5)

    def submit(submission):
        future = Future()
        if submission is everyone[2]:
            future.set_exception(ConnectionError("the worker is gone"))
        else:
            future.set_result(grade(submission))
        return future

    batch.run(everyone, results, submit, jobs=2, quiet=True)
    records = list(results.records(everyone))
    assert records[2].status is Status.NOT_GRADED
    assert records[2].points is None
    assert [r.status for r in records].count(Status.GRADED) == 4
    assert results.missing(everyone) == [everyone[2]]


def test_memory_does_not_grow_with_the_number_of_submissions(results):
    def heavy(submission):
        return Record(submission.student, Status.GRADED, notes=("x" * 100_000,))

    peaks = []
    for count in (20, 80):
        tracemalloc.start()
        run(hand_ins(count), results, heavy)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_progress_shows_rate_and_time_left(results, capsys):
    with batch.threads(grade, 2) as submit:
        batch.run(hand_ins(12), results, submit, jobs=2)
    shown = capsys.readouterr().err
    assert "12/12" in shown
    assert "submissions/s" in shown
