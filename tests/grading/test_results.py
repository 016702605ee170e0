"""Records on disk are whole or not there, and a batch goes on from any moment."""

import errno
import os
import re
from dataclasses import replace

import pytest

from dscourse.grading.record import Asked, Record, Status, Student
from dscourse.grading.record_json import from_json, to_json
from dscourse.grading.results import Results, ResultsError, Settings
from dscourse.grading.submissions import Submission

SETTINGS = Settings(7, "abc", (Asked("05-depthwise", "Depthwise", 4),))
ADA = Submission(Student("ada"), "ada.ipynb", digest="d1")
BEN = Submission(Student("ben"), "ben.ipynb", digest="d2")


def record_of(submission: Submission, status: Status = Status.GRADED) -> Record:
    return Record(submission.student, status, submission.file, submission.digest)


@pytest.fixture
def results(tmp_path) -> Results:
    results = Results(tmp_path / "results")
    results.begin(SETTINGS)
    return results


def files(results: Results) -> list[str]:
    return sorted(p.name for p in results.folder.rglob("*") if p.is_file())


def test_a_record_that_was_stored_is_read_back_and_no_longer_missing(results):
    results.put(ADA, record_of(ADA))
    assert results.missing([ADA, BEN]) == [BEN]
    assert list(results.records([ADA])) == [record_of(ADA)]


def test_the_settings_of_a_batch_are_kept(results):
    assert Results(results.folder).settings() == SETTINGS
    Results(results.folder).begin(SETTINGS)


@pytest.mark.parametrize("other", [replace(SETTINGS, seed=8), replace(SETTINGS, exercises="abd")])
def test_a_batch_with_another_seed_or_other_exercises_is_refused(results, other):
    with pytest.raises(ResultsError, match="another folder"):
        results.begin(other)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"seed": "7", "exercises": "abc"}', "[" * 10**5]
)
def test_damaged_settings_are_told(results, content):
    (results.folder / "batch.json").write_text(content)
    with pytest.raises(ResultsError, match="cannot be read"):
        results.settings()


@pytest.mark.parametrize(
    "stale",
    [
        record_of(ADA, Status.NOT_GRADED),
        replace(record_of(ADA), digest="of another file"),
    ],
    ids=["the grader had failed", "the file has changed"],
)
def test_some_records_are_made_again(results, stale):
    results.put(ADA, stale)
    assert results.missing([ADA]) == [ADA]


def test_a_damaged_record_is_made_again(results):
    results.put(ADA, record_of(ADA))
    [path] = (results.folder / "records").iterdir()
    for size in range(path.stat().st_size):
        whole = to_json(record_of(ADA))
        path.write_text(whole[:size])
        assert results.missing([ADA]) == [ADA] or whole[size:].isspace()


def test_a_full_disk_leaves_the_old_record_and_no_half_written_file(results, monkeypatch):
    results.put(ADA, record_of(ADA))
    before = files(results)

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        results.put(ADA, record_of(ADA, Status.CRASHED))
    with pytest.raises(OSError, match="No space left"):
        results.put(BEN, record_of(BEN))
    assert files(results) == before
    assert list(results.records([ADA])) == [record_of(ADA)]


def test_a_write_that_the_system_stops_half_way_leaves_nothing(results):
    resource = pytest.importorskip("resource")  # absent from Windows
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = files(results)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # bytes a file
    try:
        with pytest.raises(OSError, match="File too large"):
            results.put(ADA, record_of(ADA))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files(results) == before


def test_what_a_killed_writer_left_behind_is_swept_when_the_batch_goes_on(results):
    left = results.folder / "records" / "ada.json.0123abcd.new"
    left.write_text('{"format": 1, "rec')
    results.begin(SETTINGS)
    assert not left.exists()


def test_a_students_name_cannot_lead_out_of_the_folder(results):
    evil = Submission(Student("../../etc/passwd\0"), "../x.ipynb", digest="d")
    results.put(evil, record_of(evil))
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+", name) for name in files(results))
    assert {p.parent.name for p in results.folder.rglob("*.json")} == {"results", "records"}


def test_a_record_file_is_the_records_json(results):
    results.put(ADA, record_of(ADA))
    [path] = (results.folder / "records").iterdir()
    assert from_json(path.read_bytes()) == record_of(ADA)
