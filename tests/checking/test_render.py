"""Reports as text and as HTML."""

from html.parser import HTMLParser

from dscourse.checking import Exercise, call, run_checks
from dscourse.checking.report import Cause, CheckResult, Outcome, Report

FAILED = Report(
    "05-x",
    Outcome.FAILED,
    (
        CheckResult(1, "easy", 1, Outcome.PASSED),
        CheckResult(
            2,
            "a <b>hard</b> one",
            2,
            Outcome.FAILED,
            'f("<script>alert(1)</script>")',
            1,
            "wrong & bad",
            Cause("M-X", "you <i>mixed</i> it up.", "https://example.org/a.html#b"),
        ),
    ),
    note="Your progress could not be saved: disk <full>.",
)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_text_tells_the_points_the_problem_the_cause_and_the_case():
    assert repr(FAILED).splitlines() == [
        "05-x: failed, 1 of 3 points",
        "✓ easy (1 point)",
        "✗ a <b>hard</b> one (2 points)",
        '  f("<script>alert(1)</script>"): wrong & bad',
        "  Likely cause: you <i>mixed</i> it up. [M-X]",
        "  Read again: https://example.org/a.html#b",
        '  The same input: exercise("05-x").case(2)',
        "Your progress could not be saved: disk <full>.",
    ]


def test_html_escapes_all_that_comes_from_answers_and_authors():
    tags = Tags()
    tags.feed(FAILED._repr_html_())
    assert {tag for tag, _ in tags.seen} == {
        *("div", "p", "strong", "ul", "li", "span", "em", "br", "a"),
    }


def test_html_names_its_exercise_and_says_each_outcome_in_words():
    html = FAILED._repr_html_()
    assert 'aria-label="Check of 05-x"' in html
    assert "<em>passed</em>" in html
    assert "<em>failed</em>" in html


def test_html_links_to_the_section_to_read_again():
    tags = Tags()
    tags.feed(FAILED._repr_html_())
    assert ("a", {"href": "https://example.org/a.html#b"}) in tags.seen


def test_an_unattempted_exercise_says_what_to_do():
    task = Exercise("05-y", "Y", "…", hints=["…"])
    task.reference(lambda: 3)
    task.check("it")(lambda rng: call())
    from dscourse import TODO

    assert repr(run_checks(task, lambda: TODO)).startswith(
        "05-y: not attempted (1 point to earn). Replace TODO, then run this cell again."
    )
