"""Progress survives crashes, damage and moves to another machine."""

import json

import pytest

from dscourse.checking import Exercise, Practice, Progress, Standing, call, default_path
from dscourse.checking.report import CheckResult, Outcome, Report


def report(points: int, total: int = 3, exercise_id: str = "05-x") -> Report:
    outcomes = [Outcome.PASSED] * points + [Outcome.FAILED] * (total - points)
    results = tuple(CheckResult(i, "c", 1, o) for i, o in enumerate(outcomes, start=1))
    overall = Outcome.PASSED if points == total else Outcome.FAILED
    return Report(exercise_id, overall, results)


@pytest.fixture
def notes(tmp_path) -> Progress:
    return Progress(tmp_path / "deep" / "progress.json")


def test_the_best_result_and_the_number_of_attempts_are_kept(notes):
    for points in (1, 3, 2):
        notes.record(report(points))
    assert notes.of("05-x") == Standing(points=3, total=3, attempts=3)
    assert notes.of("05-x").passed


def test_an_unattempted_cell_leaves_no_trace(notes):
    notes.record(Report("05-x", Outcome.NOT_ATTEMPTED, ()))
    assert not notes.path.exists()


def test_a_revised_exercise_starts_anew(notes):
    notes.record(report(3))
    notes.record(report(1, total=4))
    assert notes.of("05-x") == Standing(points=1, total=4, attempts=2)


def test_another_kernel_sees_what_was_recorded(notes):
    notes.record(report(2))
    assert Progress(notes.path).of("05-x").points == 2


def test_a_damaged_file_is_set_aside_with_a_warning_and_nothing_is_lost(notes):
    notes.record(report(2))
    half = notes.path.read_text(encoding="utf-8")[:20]
    notes.path.write_text(half, encoding="utf-8")
    with pytest.warns(UserWarning, match=r"could not be read .* kept as .*damaged-1\.json"):
        assert notes.standings() == {}
    notes.record(report(1))
    assert notes.path.with_suffix(".damaged-1.json").read_text(encoding="utf-8") == half


@pytest.mark.parametrize(
    "content",
    ['{"format": 1, "exercises": {"05-x": {"points": 1, "odd": 2}}}', '{"format": 9}', "[]", "{}"],
    ids=["unknown field", "newer format", "a list", "empty"],
)
def test_any_content_that_is_no_progress_is_set_aside(notes, content):
    notes.path.parent.mkdir(parents=True)
    notes.path.write_text(content, encoding="utf-8")
    with pytest.warns(UserWarning, match="could not be read"):
        assert notes.standings() == {}


def test_a_crash_while_writing_leaves_the_old_file_whole(notes, monkeypatch):
    notes.record(report(2))
    before = notes.path.read_text(encoding="utf-8")

    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(json, "dump", crash)
    with pytest.raises(KeyboardInterrupt):
        notes.record(report(3))
    assert notes.path.read_text(encoding="utf-8") == before
    assert [file.name for file in notes.path.parent.iterdir()] == ["progress.json"]


def test_export_and_restore_carry_progress_and_keep_the_better_standing(notes, tmp_path):
    notes.record(report(3))
    notes.record(report(1, exercise_id="05-y"))
    exported = notes.export(tmp_path / "mine.json")
    elsewhere = Progress(tmp_path / "other" / "progress.json")
    elsewhere.record(report(2, exercise_id="05-y"))
    assert elsewhere.restore(exported) == 2
    assert elsewhere.of("05-x").points == 3
    assert elsewhere.of("05-y").points == 2


def test_a_foreign_file_is_refused_by_restore(notes, tmp_path):
    foreign = tmp_path / "notes.json"
    foreign.write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"notes\.json is not an export of progress\(\)"):
        notes.restore(foreign)


def test_the_folder_can_be_chosen_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("DSCOURSE_HOME", str(tmp_path))
    assert default_path() == tmp_path / "progress.json"


def test_without_the_variable_it_is_the_platforms_data_folder(monkeypatch):
    monkeypatch.delenv("DSCOURSE_HOME", raising=False)
    assert default_path().parent.name == "dscourse"


class TestPractice:
    @pytest.fixture
    def practice(self, notes) -> Practice:
        task = Exercise("09-inc", "Increase", "…", hints=["a nudge", "the answer"])

        @task.reference
        def increase(x):
            """Add one."""
            return x + 1

        task.check("three")(lambda rng: call(3))
        return Practice(task, notes)

    def test_a_check_is_recorded(self, practice, notes):
        assert practice.check(lambda x: x + 1).passed
        assert notes.of("09-inc").passed

    def test_progress_that_cannot_be_saved_is_said_in_the_report(self, practice, notes):
        notes.path.parent.mkdir(parents=True)
        notes.path.parent.joinpath("progress.json").mkdir()
        report = practice.check(lambda x: x + 1)
        assert report.passed
        assert report.note.startswith("Your progress could not be saved: ")

    def test_hints_come_one_by_one_and_the_last_one_stays(self, practice):
        told = [str(practice.hint()) for _ in range(3)]
        assert told == ["Hint 1 of 2: a nudge", *["Hint 2 of 2: the answer"] * 2]
        assert practice.hint(1) == "Hint 1 of 2: a nudge"

    def test_a_hint_that_does_not_exist_is_refused(self, practice):
        with pytest.raises(ValueError, match=r"`number` must be from 1 to 2; got 5\."):
            practice.hint(5)

    def test_the_solution_is_shown_as_code(self, practice):
        assert "def increase(x):" in practice.solution()
        assert "reference" not in practice.solution()

    def test_a_case_gives_back_the_arguments_of_a_check(self, practice):
        assert practice.case(1).args == (3,)

    @pytest.mark.parametrize(
        ("number", "part", "name"), [(0, 1, "number"), (2, 1, "number"), (1, 2, "part")]
    )
    def test_a_case_that_does_not_exist_is_refused(self, practice, number, part, name):
        with pytest.raises(ValueError, match=rf"`{name}` must be from 1 to 1; got"):
            practice.case(number, part)
