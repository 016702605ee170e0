"""A release holds unsolved notebooks and the notice; check-release sees whatever else is in it."""

import argparse
import json
import re
from pathlib import Path

import nbformat
import pytest

from dscourse import notebooks
from dscourse.exercises.selection import select
from dscourse.grading import check_release, release
from dscourse.grading.check_release import check
from dscourse.grading.inside.files import DISTRIBUTIONS
from dscourse.grading.leaks import leaks
from dscourse.grading.notice import notice
from tests.grading.private_folder import SOURCE, private_folder

ROOT = Path(__file__).parents[2]
SEED = 918_273_645
ONLY = ["05-depthwise", "05-scale-channels"]


def options(module, *arguments):
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return parser.parse_args([str(argument) for argument in arguments])


def run(module, *arguments):
    return module.main(options(module, *arguments))


@pytest.fixture
def exam(tmp_path):
    return private_folder(tmp_path / "exam")


@pytest.fixture
def handout(tmp_path, exam):
    folder = tmp_path / "handout"
    release.release(select(exam, ONLY), folder, ROOT / "notebooks")
    return folder


def cell_of(path, name):
    cells = nbformat.read(path, as_version=4).cells
    return next(cell for cell in cells if cell.id == name)


# --- release ---


def test_a_release_holds_the_chapters_the_private_exercises_and_the_notice(handout):
    assert sorted(path.name for path in handout.iterdir()) == [
        "05-separable-graded.ipynb",
        "05-separable.ipynb",
        "GRADED.md",
    ]


def test_the_notebooks_are_canonical_and_unsolved(tmp_path):
    source = tmp_path / "notebooks"
    source.mkdir()
    solved = notebooks.solved(notebooks.read(ROOT / "notebooks" / "05-separable.ipynb"))
    (source / "05-separable.ipynb").write_text(notebooks.text(solved), encoding="utf-8")
    chosen = select(only=["05-depthwise"])
    release.release(chosen, tmp_path / "out", source)
    written = (tmp_path / "out" / "05-separable.ipynb").read_text(encoding="utf-8")
    assert written == (ROOT / "notebooks" / "05-separable.ipynb").read_text(encoding="utf-8")


def test_a_private_notebook_is_valid_and_runs_without_its_exercise_in_the_bank(handout):
    path = handout / "05-separable-graded.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    namespace = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, namespace)
    assert repr(namespace["scale_channels"](None, None)) == "TODO"
    assert "exercise:05-scale-channels" in cell_of(path, "05-scale-channels").metadata.tags


def test_the_notice_tells_points_functions_libraries_and_limits():
    text = notice(select(only=["05"]))
    assert text.startswith("# What will be graded: 17 points in 5 exercises")
    assert "| `05-depthwise` | Write the depthwise convolution | `depthwise` | 4 | NumPy" in text
    assert "MiB" in text
    assert "network" in text


def test_the_notice_asks_for_every_notebook_because_private_exercises_have_their_own(exam):
    assert (
        "- Hand in every notebook that you were given. If two hold the same exercise, the newer is "
        "graded.\n"
    ) in notice(select(exam, ONLY))


@pytest.mark.parametrize("engine", DISTRIBUTIONS)
def test_the_notice_names_the_libraries_that_the_sandbox_lets_be_read(engine):
    task = next(t for t in select().values() if t.engine == engine)
    text = notice({task.id: task}).casefold()
    unnamed = {"ipython", "platformdirs", "tensorflow-cpu"}
    assert all(name in text for name in set(DISTRIBUTIONS[engine]) - unnamed)


def test_a_release_needs_an_empty_folder_and_the_courses_notebooks(tmp_path, capsys):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "old.txt").write_text("x", encoding="utf-8")
    source = ["--notebooks", ROOT / "notebooks"]
    assert run(release, "-o", tmp_path / "full", "--only", "05", *source) == 2
    assert "new or an empty folder" in capsys.readouterr().err
    assert run(release, "-o", tmp_path / "a", "--only", "05", "--notebooks", tmp_path) == 2
    assert "no notebook of chapter 05" in capsys.readouterr().err
    assert run(release, "-o", tmp_path / "a", "--only", "77", *source) == 2
    assert "no exercise begins with '77'" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()


# --- check-release ---

STARTER = "@scale.starter\ndef scale_channels(x, factors):\n    return {}\n\n\n@scale.alternative"


def test_a_good_release_passes_every_proof(handout, exam, capsys):
    arguments = [handout, "--exercises", exam, "--only", *ONLY, "--seed", SEED]
    assert run(check_release, *arguments) == 0
    said = capsys.readouterr().out
    assert said.count("yes: ") == 5
    assert "no: " not in said


@pytest.mark.parametrize(
    ("old", "new", "title", "said"),
    [
        ("return x * secret_name", "return x + secret_name", "right answers", "by_einsum"),
        ('"bhwc,c->bhwc", x, factors', '"bhwc,c->bhwc", x, -factors', "right answers", "must pass"),
        ("return x * np.mean(factors)", "return x * factors", "misconceptions", "all points"),
        (
            "@scale.alternative",
            STARTER.format("x * factors"),
            "starters",
            "the starter must be failed; it is passed",
        ),
        (
            "@scale.alternative",
            STARTER.format("missing(x)"),
            "starters",
            "the starter must be failed; it is error",
        ),
    ],
)
def test_a_proof_fails_where_an_exercise_is_wrong(tmp_path, old, new, title, said):
    exam = private_folder(tmp_path / "exam", SOURCE.replace(old, new, 1))
    chosen = select(exam, ["05-scale-channels"])
    release.release(chosen, tmp_path / "out", ROOT / "notebooks")
    failed = {t: list(p) for t, p in check(chosen, tmp_path / "out")}
    found = [
        problem for t, problems in failed.items() if t.startswith(title) for problem in problems
    ]
    assert any(said in problem for problem in found), failed


def test_a_misconception_that_links_to_no_chapter_is_told(tmp_path):
    folder = private_folder(tmp_path / "exam")
    (folder / "ch05_separable.py").rename(folder / "ch05_exam.py")
    chosen = select(folder, ["05-scale-channels"])
    found = dict(check(chosen, tmp_path))["misconceptions are caught and named"]
    assert any("'05-exam', which is no chapter" in problem for problem in found)


def test_a_misconception_that_links_to_no_heading_of_its_chapter_is_told(tmp_path):
    source = SOURCE.replace("one-filter-for-every-channel", "one-filter-for-every-chanel")
    chosen = select(private_folder(tmp_path / "exam", source), ["05-scale-channels"])
    proofs = dict(check(chosen, tmp_path, notebooks=ROOT / "notebooks"))
    (problem,) = proofs["misconceptions are caught and named"]
    assert "'one-filter-for-every-chanel', which is no heading of 05-separable" in problem
    assert "'one-filter-for-every-channel'" in problem
    proofs = dict(check(chosen, tmp_path, notebooks=tmp_path))  # no chapter to compare with
    assert list(proofs["misconceptions are caught and named"]) == []


def test_each_exercise_is_told_as_its_proof_ends(handout, exam, capsys):
    arguments = [handout, "--exercises", exam, "--only", *ONLY]
    assert run(check_release, *arguments) == 0
    said = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in said] == [*ONLY] * 3


def test_an_exercise_or_notice_that_is_missing_from_the_release_is_told(handout, exam):
    (handout / "05-separable-graded.ipynb").unlink()
    (handout / "GRADED.md").unlink()
    found = dict(check(select(exam, ONLY), handout))["every graded exercise is in the release"]
    assert len(list(found)) == 2


def planted(handout, change):
    """Change the private notebook and return what is found."""
    path = handout / "05-separable-graded.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def add_cell(**cell):
    return lambda content: content["cells"].append({"metadata": {}, "id": "new", **cell})


PLANTS = {
    "a reference in a code cell": add_cell(
        cell_type="code",
        outputs=[],
        execution_count=None,
        source="def f(x, factors):\n    secret_name = np.asarray(factors)[None, None, None, :]",
    ),
    "a reference in lines with other blanks": add_cell(
        cell_type="markdown",
        source=["secret_name=np.asarray(\n", "   factors)[None,None,  None, :]\n"],
    ),
    "another right answer in an output": add_cell(
        cell_type="code",
        source="",
        execution_count=1,
        outputs=[
            {
                "output_type": "stream",
                "name": "stdout",
                "text": ['return np.einsum("bhwc,c->bhwc", ', "x, factors)"],
            }
        ],
    ),
    "a wrong answer": add_cell(cell_type="markdown", source="return x * np.mean(factors)"),
    "the inputs of a check": add_cell(
        cell_type="markdown",
        source="call(rng.normal(size=(2, 3, 4, 3)), rng.normal(size=3) + 17.25)",
    ),
    "the verdict of a check": add_cell(
        cell_type="markdown",
        source='"" if np.isfinite(value).all() and 31.25 > 0 else "a value is not finite."',
    ),
    "a hint": add_cell(
        cell_type="markdown",
        source="A shape of one number broadcasts along the last axis of an image.",
    ),
    "a note": add_cell(cell_type="markdown", source="You scaled the whole image by one number."),
    "a reference in metadata": lambda content: content["metadata"].update(
        {"x": {"y": ["return x * secret_name"]}}
    ),
    "the seed": add_cell(cell_type="markdown", source=f"seed={SEED}."),
    "a solved cell": lambda content: content["cells"][-1].update(
        source="def scale_channels(x, factors):\n    return x * np.array(factors)"
    ),
}


@pytest.mark.parametrize("plant", PLANTS)
def test_whatever_is_hidden_in_a_notebook_is_found(handout, exam, plant):
    chosen = select(exam, ONLY)
    assert list(leaks(handout, chosen, SEED)) == []
    planted(handout, PLANTS[plant])
    assert list(leaks(handout, chosen, SEED))


@pytest.mark.parametrize(
    "name", ["ch05_separable.py", "records/a.json", "batch.json", "x/y.pyc", "all.zip", "data"]
)
def test_a_file_of_another_kind_is_told(handout, exam, name):
    (handout / name).parent.mkdir(exist_ok=True)
    (handout / name).write_bytes(b"x")
    assert any(said.startswith(f"{name}: ") for said in leaks(handout, select(exam, ONLY)))


def test_a_reference_in_a_text_file_is_found(handout, exam):
    (handout / "notes.md").write_text("    return x*secret_name\n", encoding="utf-8")
    assert any(
        "notes.md: holds a line of an answer" in said for said in leaks(handout, select(exam, ONLY))
    )


def test_a_solved_exercise_of_the_course_is_found(handout, exam):
    path = handout / "05-separable.ipynb"
    solved = notebooks.solved(notebooks.read(path))
    path.write_text(notebooks.text(solved), encoding="utf-8")
    assert any("defines `depthwise`" in said for said in leaks(handout, select(exam, ONLY)))


def test_nothing_is_found_in_the_release_of_any_chapter(tmp_path):
    there = {path.name[:2] for path in (ROOT / "notebooks").glob("*.ipynb")}
    chosen = {name: task for name, task in select().items() if name[:2] in there}
    release.release(chosen, tmp_path / "all", ROOT / "notebooks")
    assert list(leaks(tmp_path / "all", chosen, SEED)) == []


def test_a_seed_that_could_stand_in_a_text_by_chance_is_refused(handout, exam, capsys):
    assert run(check_release, handout, "--only", "05", "--seed", "7") == 2
    assert "100000 or more" in capsys.readouterr().err


def test_the_example_for_instructors_is_a_private_exercise_that_can_be_released(tmp_path):
    text = (ROOT / "book" / "instructors.md").read_text(encoding="utf-8")
    folder = tmp_path / "private"
    folder.mkdir()
    source = re.search(r"`private/(ch05_separable\.py)`:\n\n```python\n(.+?)```", text, re.DOTALL)
    (folder / source[1]).write_text(source[2], encoding="utf-8")
    chosen = select(folder, ["05-double"])
    release.release(chosen, tmp_path / "out", ROOT / "notebooks")
    assert [said for _, problems in check(chosen, tmp_path / "out") for said in problems] == []
