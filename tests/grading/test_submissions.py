"""Submissions are found with their students; what cannot be graded is told, never raised."""

import hashlib
import io
import os
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dscourse.exercises import chapters
from dscourse.grading import archives
from dscourse.grading.archives import UnreadableError
from dscourse.grading.record import Status
from dscourse.grading.submissions import SubmissionsError, collect
from tests.grading.handed_in import laid_out, notebook, zipped

FIVE = notebook("05-depthwise", "05-effective-kernel")
SIX = notebook("06-order-matters")


def told(found):
    return [(s.student.id, s.file, s.status) for s in found]


# --- the exports of the three platforms ---


def test_a_canvas_export_gives_students_by_their_canvas_number(tmp_path):
    export = zipped(
        tmp_path / "submissions.zip",
        {
            "lovelaceada_4107_99012_05-separable.ipynb": FIVE,
            "hopper_grace_LATE_4108_99013_05-separable-2.ipynb": FIVE,
            "LATE_anon_x7Gh2_99014_05-separable.ipynb": FIVE,
            "turingalan_4109_text.html": "<p>I have no file.</p>",
        },
    )
    found = {s.student.id: s for s in collect([export])}
    assert {i: (s.file, s.status) for i, s in found.items()} == {
        "4107": ("05-separable.ipynb", None),
        "4108": ("05-separable-2.ipynb", None),
        "anon_x7Gh2": ("05-separable.ipynb", None),
        "4109": ("", Status.NOT_SUBMITTED),
    }
    assert found["4107"].student.name == "lovelaceada"
    assert found["4108"].notes == found["anon_x7Gh2"].notes == ("The platform marks it as late.",)
    assert {s.student.platform for s in found.values()} == {"canvas"}


@pytest.mark.parametrize("layout", ["{}_assignsubmission_file_/{}", "{}_assignsubmission_file_{}"])
def test_a_moodle_export_gives_students_in_folders_and_without(tmp_path, layout):
    export = zipped(
        tmp_path / "Course-Homework-77.zip",
        {
            layout.format("Ada Lovelace_1234", "05-separable.ipynb"): FIVE,
            layout.format("Jean-Luc d'Été_1235", "work/05-separable.ipynb"): FIVE,
            "Alan Turing_1236_assignsubmission_onlinetext_/onlinetext.html": "<p>see file</p>",
        },
    )
    found = {s.student.id: s for s in collect([export])}
    assert [(s.student.name, s.status) for s in found.values()] == [
        ("Ada Lovelace", None),
        ("Alan Turing", Status.NOT_SUBMITTED),
        ("Jean-Luc d'Été", None),
    ]
    assert found["1234"].file == "05-separable.ipynb"


METADATA = """
submission_301:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0012'
    :email: ada@example.org
  :created_at: 2026-11-20 17:34:00.861687000 Z
  :score: 0.0
  :results:
    output: |-
      submission_302:
        :submitters:
submission_302:
  :submitters:
  - :name: Grace Hopper
    :sid: ''
    :email: grace@example.org
  - :name: Alan Turing
    :sid: '0014'
    :email: alan@example.org
submission_303:
  :submitters:
  - :name: Edsger Dijkstra
    :email: ed@example.org
submission_304:
  :submitters: []
"""


@pytest.mark.parametrize("root", ["assignment_8046_export/", ""])
def test_a_gradescope_export_gives_the_students_of_its_metadata(tmp_path, root):
    export = zipped(
        tmp_path / "export.zip",
        {
            f"{root}submission_metadata.yml": METADATA,
            f"{root}submission_301/05-separable.ipynb": FIVE,
            f"{root}submission_302/05-separable.ipynb": FIVE,
            f"{root}submission_304/05-separable.ipynb": FIVE,
        },
    )
    found = {s.student.id: s for s in collect([export])}
    assert {i: s.status for i, s in found.items()} == {
        "0012": None,
        "grace@example.org": None,
        "0014": None,
        "ed@example.org": Status.NOT_SUBMITTED,
        "submission_304": None,
    }
    assert found["0012"].student.email == "ada@example.org"
    assert found["0014"].digest == found["grace@example.org"].digest


def test_gradescope_metadata_that_cannot_be_used_is_the_instructors_to_mend(tmp_path):
    for metadata in ("{", "[1, 2]", "!!python/object/apply:os.getcwd []", "\x00"):
        export = zipped(
            tmp_path / "e.zip", {"submission_metadata.yml": metadata, "a/b.ipynb": FIVE}
        )
        with pytest.raises(SubmissionsError, match="Gradescope"):
            collect([export])


@pytest.mark.parametrize(
    ("files", "victim"),
    [
        ({"mallorymal_9_100_eve_8_101_05-separable.ipynb": FIVE}, "9"),
        ({"Mal_9_assignsubmission_file_Eve_8_assignsubmission_file_a.ipynb": FIVE}, "9"),
        ({"Mal_9_assignsubmission_file_/Eve_8_assignsubmission_file_/a.ipynb": FIVE}, "9"),
        ({"mallory/Eve_8_assignsubmission_file_/05-separable.ipynb": FIVE}, "mallory"),
        (
            {
                "submission_metadata.yml": "s_9: {':submitters': [{':sid': '9'}]}",
                "s_9/submission_metadata.yml": "s_9: {':submitters': [{':sid': '8'}]}",
                "s_9/s_8/a.ipynb": FIVE,
            },
            "9",
        ),
    ],
)
def test_a_file_name_cannot_pass_for_another_students(tmp_path, files, victim):
    for found in (
        collect([zipped(tmp_path / "e.zip", files)]),
        collect([laid_out(tmp_path / "f", files)]),
    ):
        assert [s.student.id for s in found] == [victim]


def test_a_platforms_pattern_counts_only_where_all_names_follow_it(tmp_path):
    folder = laid_out(tmp_path, {"ada.ipynb": FIVE, "eve_8_101_05-separable.ipynb": FIVE})
    assert [s.student.id for s in collect([folder])] == ["ada", "eve_8_101_05-separable"]


# --- plain files and folders ---


def test_plain_files_belong_to_their_folder_or_to_their_own_name(tmp_path):
    folder = laid_out(
        tmp_path / "subs",
        {
            "ada.ipynb": FIVE,
            "grace/05-separable.ipynb": FIVE,
            "alan/deep/down/05-separable.ipynb": FIVE,
            "grace/.ipynb_checkpoints/05-separable-checkpoint.ipynb": FIVE,
            "grace/.DS_Store": "x",
        },
    )
    assert told(collect([folder])) == [
        ("ada", "ada.ipynb", None),
        ("alan", "deep/down/05-separable.ipynb", None),
        ("grace", "05-separable.ipynb", None),
    ]


def test_however_the_paths_are_given_the_students_are_the_same(tmp_path):
    files = {
        "ada/05-separable.ipynb": FIVE,
        "ben/05-separable.ipynb": FIVE,
        "ada/06-order.ipynb": SIX,
    }
    folder = laid_out(tmp_path / "subs", files)
    whole = told(collect([folder]))
    assert whole == told(collect([folder / "ada", folder / "ben"]))
    assert whole == told(collect(sorted(folder.rglob("*.ipynb"))))
    assert whole == told(collect([zipped(tmp_path / "subs.zip", files)]))
    nested = {f"subs/{name}": content for name, content in files.items()}
    assert whole == told(collect([zipped(tmp_path / "subs.zip", nested)]))
    assert [name for name, _, _ in whole] == ["ada", "ada", "ben"]


def test_two_students_of_one_name_in_different_folders_stay_two(tmp_path):
    paths = [laid_out(tmp_path / g / "ada", {"05-separable.ipynb": FIVE}) for g in ("a", "b")]
    assert [s.student.id for s in collect(paths)] == ["a/ada", "b/ada"]


def test_keys_are_safe_unique_and_the_same_in_every_run(tmp_path):
    names = ["ada", "Ada", "ädä", "a d a", "x..", "x" * 200, "con", "名前"]
    folder = laid_out(tmp_path, {f"{name}/05-separable.ipynb": FIVE for name in names})
    keys = [s.key for s in collect([folder])]
    assert len({key.casefold() for key in keys}) == len(names)
    assert all(len(key) < 80 and key.replace("-", "").isalnum() for key in keys)
    assert keys == [s.key for s in collect([folder])]


def test_the_bytes_are_read_anew_and_a_change_is_noticed(tmp_path):
    folder = laid_out(tmp_path, {"ada.ipynb": FIVE})
    (found,) = collect([folder])
    assert found.read() == FIVE
    assert found.digest == hashlib.sha256(FIVE).hexdigest()
    (folder / "ada.ipynb").write_bytes(SIX)
    with pytest.raises(UnreadableError, match="changed"):
        found.read()
    (folder / "ada.ipynb").unlink()
    with pytest.raises(UnreadableError, match="cannot be read"):
        found.read()


def test_a_path_that_does_not_exist_is_the_instructors_mistake(tmp_path):
    with pytest.raises(SubmissionsError, match="there is no file or folder"):
        collect([tmp_path / "absent.zip"])
    (tmp_path / "broken.zip").write_bytes(FIVE)
    with pytest.raises(SubmissionsError, match=r"broken\.zip: The zip archive cannot be opened"):
        collect([tmp_path / "broken.zip"])


# --- several files of one student ---


def test_of_two_tries_the_newer_one_is_graded_and_the_choice_is_told(tmp_path):
    files = {
        "ada_1_200_05-separable.ipynb": notebook("05-depthwise", note="second upload"),
        "ada_1_100_05-separable-1.ipynb": notebook("05-depthwise", note="first upload"),
    }
    (found,) = collect([zipped(tmp_path / "canvas.zip", files)])
    assert b"second upload" in found.read()
    assert found.notes == (
        "Of 2 notebooks 05-separable.ipynb was graded, not 05-separable-1.ipynb.",
    )
    plain = {"ada/try.ipynb": FIVE, "ada/final.ipynb": notebook("05-depthwise")}
    (found,) = collect([zipped(tmp_path / "plain.zip", plain)])
    assert found.file == "final.ipynb"


def test_notebooks_of_different_exercises_are_both_graded(tmp_path):
    exam = notebook("05-exam", "06-exam")
    folder = laid_out(tmp_path / "ada", {"a.ipynb": FIVE, "b.ipynb": SIX, "exam.ipynb": exam})
    found = collect([laid_out(tmp_path, {}) / "ada"])
    assert [(s.file, s.numbers) for s in collect([tmp_path])] == [
        ("a.ipynb", {"05"}),
        ("b.ipynb", {"06"}),
        ("exam.ipynb", {"05", "06"}),
    ]
    assert found
    assert folder


KNOWN = ["05-depthwise", "05-effective-kernel", "06-order-matters"]


def test_ids_that_a_student_made_up_are_tries_of_one_chapter(tmp_path):
    files = {f"try{n}.ipynb": notebook(f"05-zz{n}") for n in range(9)}
    files |= {"17-odd.ipynb": notebook("17-odd"), "six.ipynb": notebook("06-order-matters")}
    laid_out(tmp_path / "ada", files)
    found = collect([tmp_path], KNOWN)
    assert [(s.file, s.numbers) for s in found] == [
        ("six.ipynb", {"06"}),
        ("try8.ipynb", {"05"}),
    ]


def test_of_many_notebooks_no_more_than_two_a_chapter_are_graded_and_it_is_told(tmp_path):
    most = 2 * len(chapters())
    files = {f"{n}.ipynb": notebook(f"05-zz{n}") for n in range(most + 8)}
    laid_out(tmp_path / "ada", files)
    found = collect([tmp_path])
    assert len(found) == most
    assert f"Of the notebooks handed in 8 were left out: {most} are graded" in found[0].notes[-1]
    assert {s.file for s in found} == {f"{n}.ipynb" for n in range(8, most + 8)}


def test_of_many_broken_files_some_are_named_and_the_rest_is_counted(tmp_path):
    path = zipped(tmp_path / "e.zip", {"ada/05.ipynb": FIVE})
    with zipfile.ZipFile(path, "a") as archive:
        for n in range(30):
            info = zipfile.ZipInfo(f"ada/{n}.ipynb")
            info.external_attr = 0o120777 << 16  # a symbolic link
            archive.writestr(info, b"05.ipynb")
    (found,) = collect([path])
    assert len(found.notes) == 21
    assert found.notes[-1] == "10 more files were left out."


def test_a_notebook_without_exercises_never_takes_the_place_of_one_with_some(tmp_path):
    laid_out(tmp_path, {"ada/05-separable.ipynb": FIVE, "ada/scratch.ipynb": notebook()})
    (found,) = collect([tmp_path])
    assert found.file == "05-separable.ipynb"
    assert "not scratch.ipynb" in found.notes[0]


def test_the_chapter_is_told_by_the_cells_or_else_by_the_files_name(tmp_path):
    prose = notebook("05-depthwise", note='Compare with `exercise("06-order-matters").hint()`.')
    untagged = prose.replace(b'"exercise:05-depthwise"', b"")
    files = {"a.ipynb": prose, "b.ipynb": untagged, "07-cost.ipynb/c.ipynb": notebook()}
    files |= {"d/07-cost (1).ipynb": notebook(), "e.ipynb": notebook()}
    files |= {"f.ipynb": prose.decode().encode("utf-16")}
    laid_out(tmp_path, files)
    assert [set(s.numbers) for s in collect([tmp_path])] == [
        set(),
        {"05"},
        {"05"},
        {"07"},
        set(),
        {"05"},
    ]


def test_other_endings_that_browsers_give_a_notebook_are_accepted(tmp_path):
    laid_out(tmp_path, {"a/05.ipynb.txt": FIVE, "b/05.IPYNB": FIVE, "c/05.ipynb.json": FIVE})
    assert [s.status for s in collect([tmp_path])] == [None] * 3


def test_what_holds_no_notebook_is_not_submitted_and_says_what_came_instead(tmp_path):
    laid_out(tmp_path, {"ada/report.pdf": "%PDF", "ada/notes.txt": "hello"})
    (found,) = collect([tmp_path])
    assert found.status is Status.NOT_SUBMITTED
    assert found.notes == ("There is no notebook among notes.txt, report.pdf.",)
    with pytest.raises(UnreadableError):
        found.read()


def test_a_zip_that_a_student_handed_in_is_looked_into_but_not_a_zip_in_it(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"05-separable.ipynb": FIVE}).read_bytes()
    files = {"x/05-separable.ipynb": FIVE, "__MACOSX/x/._05-separable.ipynb": b"junk"}
    outer = zipped(tmp_path / "outer.zip", files).read_bytes()
    twice = zipped(tmp_path / "twice.zip", {"inner.zip": inner}).read_bytes()
    export = zipped(
        tmp_path / "submissions.zip",
        {"ada_1_10_work.zip": outer, "ben_2_20_work.zip": twice, "cy_3_30_work.zip": b"PK broken"},
    )
    found = {s.student.name: s for s in collect([export])}
    assert found["ada"].read() == FIVE
    assert found["ada"].file == "work.zip/x/05-separable.ipynb"
    assert found["ben"].status is Status.NOT_SUBMITTED
    assert found["ben"].notes == ("There is no notebook among work.zip/inner.zip.",)
    assert found["cy"].status is Status.UNREADABLE
    assert found["cy"].notes == ("The file is not a zip archive.",)


# --- hostile and damaged files: each is told, and the others are graded ---


def others_survive(found, bad="bad"):
    """Return the bad one of a batch whose other student must be unharmed."""
    by_student = {s.student.label: s for s in found}
    assert by_student["good"].status is None
    assert by_student["good"].read() == FIVE
    assert by_student[bad].status is Status.UNREADABLE
    assert by_student[bad].digest == ""
    return by_student[bad].notes[0]


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", len(FIVE))
    bomb = {"good/05.ipynb": FIVE, "bad/05.ipynb": FIVE + b" " * 10**6}
    assert "larger" in others_survive(collect([zipped(tmp_path / "b.zip", bomb)]))
    assert "larger" in others_survive(collect([laid_out(tmp_path / "f", bomb)]))


def test_an_archive_that_lies_about_a_size_is_still_read_no_further_than_allowed(
    tmp_path, monkeypatch
):
    path = zipped(tmp_path / "b.zip", {"good/05.ipynb": FIVE, "bad/05.ipynb": b" " * 10**7})
    content = path.read_bytes()
    path.write_bytes(content.replace((10**7).to_bytes(4, "little"), (500).to_bytes(4, "little")))
    monkeypatch.setattr(archives, "MAX_BYTES", 10**6)
    assert "damaged" in others_survive(collect([path]))


@pytest.mark.parametrize(
    "name", ["../bad.ipynb", "bad/../../x.ipynb", "/etc/bad.ipynb", "C:/bad.ipynb", "..\\bad.ipynb"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path, name):
    path = zipped(tmp_path / "b.zip", {"good/05.ipynb": FIVE, name: FIVE})
    bad = [s for s in collect([path]) if s.student.label != "good"]
    assert [(s.status, s.notes) for s in bad] == [
        (Status.UNREADABLE, ("The file's name leads out of its archive.",))
    ]
    assert list(tmp_path.iterdir()) == [path]


def test_links_are_not_followed_in_archives_or_folders(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(SIX)
    info = zipfile.ZipInfo("bad/05.ipynb")
    info.external_attr = 0o120777 << 16
    path = zipped(tmp_path / "b.zip", {"good/05.ipynb": FIVE})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(info, str(secret))
    assert "symbolic link" in others_survive(collect([path]))
    folder = laid_out(tmp_path / "subs", {"good/05.ipynb": FIVE, "bad/x.txt": ""})
    (folder / "bad" / "05.ipynb").symlink_to(secret)
    (folder / "linked").symlink_to(tmp_path, target_is_directory=True)
    found = collect([folder])
    assert "symbolic link" in others_survive(found)
    assert SIX not in [s.read() for s in found if s.status is None]


def test_a_path_of_the_instructor_may_be_a_link(tmp_path):
    laid_out(tmp_path / "real", {"ada/05.ipynb": FIVE})
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert [s.student.id for s in collect([tmp_path / "link"])] == ["ada"]


def test_a_pipe_does_not_hang_the_batch(tmp_path):
    folder = laid_out(tmp_path, {"good/05.ipynb": FIVE, "bad/x.txt": ""})
    os.mkfifo(folder / "bad" / "05.ipynb")
    assert "pipe" in others_survive(collect([folder]))


def test_an_encrypted_file_is_refused(tmp_path):
    path = zipped(tmp_path / "b.zip", {"good/05.ipynb": FIVE, "bad/05.ipynb": FIVE})
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")  # the last entry of the list of files
    content[at + 8] |= 1
    path.write_bytes(bytes(content))
    assert "encrypted with a password" in others_survive(collect([path]))


def test_a_damaged_file_costs_only_itself(tmp_path):
    noise = bytes(os.urandom(2000))
    path = zipped(tmp_path / "b.zip", {"good/05.ipynb": FIVE, "bad/05.ipynb": noise})
    content = path.read_bytes()
    at = content.index(b"bad/05.ipynb") + 500
    path.write_bytes(content[:at] + b"\xff\x00\xff\x00" + content[at + 4 :])
    assert "damaged" in others_survive(collect([path]))


def test_a_broken_try_beside_a_good_one_is_told(tmp_path):
    folder = laid_out(tmp_path, {"ada/05-separable.ipynb": FIVE, "ada/x.txt": ""})
    (folder / "ada" / "new.ipynb").symlink_to(tmp_path)
    (found,) = collect([folder])
    assert found.status is None
    assert found.notes == (
        "new.ipynb was left out: The file is a symbolic link, which is not followed.",
    )


def test_a_students_archive_with_a_huge_list_of_files_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_DIRECTORY", 2000)
    many = zipped(tmp_path / "many.zip", {f"{n}.ipynb": FIVE for n in range(100)}).read_bytes()
    path = zipped(tmp_path / "b.zip", {"good/05.ipynb": FIVE, "bad/work.zip": many})
    assert "too many" in others_survive(collect([path]))


def test_a_notebook_whose_name_is_no_text_is_still_graded(tmp_path):
    (tmp_path / "ada").mkdir()
    raw = os.fsencode(tmp_path / "ada") + b"/\xff\xfe.ipynb"
    with open(raw, "wb") as file:  # noqa: PTH123
        file.write(FIVE)
    (found,) = collect([tmp_path])
    assert found.read() == FIVE
    found.file.encode("utf-8")


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 400), patch=st.binary(min_size=1, max_size=8), at=st.integers(0, 4000))
def test_no_damage_to_an_archive_of_a_student_ends_the_batch(tmp_path_factory, cut, patch, at):
    folder = tmp_path_factory.mktemp("fuzz")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a/05.ipynb", "b.txt", "c.zip"):
            archive.writestr(name, FIVE)
    content = buffer.getvalue()
    content = content[:at] + patch + content[at + len(patch) :]
    laid_out(folder, {"good/05.ipynb": FIVE, "bad/work.zip": content[: len(content) - cut]})
    found = {s.student.label: s for s in collect([folder])}
    assert found["good"].read() == FIVE
    assert "bad" in found
