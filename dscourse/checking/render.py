"""Reports as text and as HTML that is escaped and says everything without colour."""

from html import escape

from dscourse.checking.report import CheckResult, Outcome, Report

_MARKS = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.ERROR: "!",
    Outcome.NOT_ATTEMPTED: "○",
}
# Mid tones that keep 3:1 against white and against the dark theme's background.
_COLOURS = {
    Outcome.PASSED: "#2f8f5b",
    Outcome.FAILED: "#c8553d",
    Outcome.ERROR: "#c8553d",
    Outcome.NOT_ATTEMPTED: "#7a7f87",
}


def report_text(report: Report) -> str:
    """Write a report as plain text, one line a check, then its problem and its cause."""
    lines = [_headline(report)]
    for result in report.results:
        lines.append(f"{_MARKS[result.outcome]} {result.title} ({_points(result.worth)})")
        lines += [f"  {line}" for line in _details(report, result)]
    return "\n".join([*lines, report.note] if report.note else lines)


def report_html(report: Report) -> str:
    """Write a report as one HTML block that can stand in a notebook and in the book."""
    items = "".join(_item_html(report, result) for result in report.results)
    style = f"border-left: 4px solid {_COLOURS[report.outcome]}; padding: 0.2em 0.8em"
    kind = report.outcome.value.replace(" ", "-")
    note = f"<p>{escape(report.note)}</p>" if report.note else ""
    return (
        f'<div class="dscourse-report dscourse-{kind}" role="group" '
        f'aria-label="Check of {escape(report.exercise_id)}" style="{style}">'
        f"<p><strong>{escape(_headline(report))}</strong></p>"
        f'<ul style="list-style: none; padding-left: 0">{items}</ul>{note}</div>'
    )


def _headline(report: Report) -> str:
    head = f"{report.exercise_id}: {report.outcome.value}"
    if report.outcome is Outcome.NOT_ATTEMPTED:
        return f"{head} ({_points(report.total)} to earn). Replace TODO, then run this cell again."
    return f"{head}, {report.points} of {_points(report.total)}"


def _details(report: Report, result: CheckResult) -> list[str]:
    if not result.problem:
        return []
    part = f", {result.part}" if result.part > 1 else ""
    lines = [f"{result.call}: {result.problem}" if result.call else result.problem]
    if result.cause:
        lines.append(f"Likely cause: {result.cause.note} [{result.cause.code}]")
        lines.append(f"Read again: {result.cause.link}")
    if result.call:
        lines.append(
            f'The same input: exercise("{report.exercise_id}").case({result.number}{part})'
        )
    return lines


def _item_html(report: Report, result: CheckResult) -> str:
    mark = f'<span aria-hidden="true">{_MARKS[result.outcome]}</span>'
    title = f"{mark} <em>{result.outcome.value}</em>: {escape(result.title)}"
    details = "".join(f"<br>{_linked(line)}" for line in _details(report, result))
    return f"<li>{title} ({_points(result.worth)}){details}</li>"


def _linked(line: str) -> str:
    before, found, url = line.partition("https://")
    if not found:
        return escape(line)
    address = escape(found + url, quote=True)
    return f'{escape(before)}<a href="{address}">{address}</a>'


def _points(number: int) -> str:
    return f"{number} point" if number == 1 else f"{number} points"


class Text(str):
    """Markdown that a notebook renders and a terminal prints as it is."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        return str(self)
