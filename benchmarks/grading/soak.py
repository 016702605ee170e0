"""Grade thousands of submissions with one zygote, and look whether anything piles up."""

import contextlib
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

import psutil

from benchmarks.grading.corpus import KINDS, Corpus
from dscourse.grading import batch
from dscourse.grading.assignment import Assignment
from dscourse.grading.record import Record
from dscourse.grading.results import Results, Settings
from dscourse.grading.submissions import Submission
from dscourse.grading.workshop import Workshop

Row = Mapping[str, Any]
_LOOKS = 40  # at memory, over the whole run
_SELDOM = 10  # submissions between two looks at least: a look takes milliseconds, too


@dataclass
class Watch:
    """What is seen while submissions are graded.

    Args:
        every: Memory is looked at after so many submissions.
    """

    every: int
    memory: list[Row] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    def note(self, record: Record) -> None:
        """Count a record; at times look at the memory of this process and its zygotes, in MB."""
        self.outcomes[f"{record.status}, {record.points} points"] += 1
        done = self.outcomes.total()
        if done % self.every == 0:
            ours = psutil.Process()
            zygotes = sum(process.memory_info().rss for process in ours.children())
            held = {"grader_mb": ours.memory_info().rss / 2**20, "zygote_mb": zygotes / 2**20}
            self.memory.append({"done": done} | {k: round(v, 2) for k, v in held.items()})


def soak(corpus: Corpus, count: int, jobs: int) -> tuple[Row, list[Row]]:
    """Grade; return what was measured, and the memory over time.

    Ctrl-C ends the run and keeps what was measured so far.

    Args:
        corpus: The exercises and the kinds of hand-ins.
        count: Of submissions.
        jobs: How many at once.
    """
    load = os.getloadavg()[0]
    others = set(psutil.Process().children(recursive=True))  # of whoever called
    watch = Watch(max(count // _LOOKS, _SELDOM))
    assignment = Assignment(corpus.exercises, seed=1)
    with _own_temporary_folder() as place, tempfile.TemporaryDirectory() as folder:
        with Workshop(assignment, {}) as workshop:
            used = _graded(workshop, assignment, corpus, count, jobs, watch, Path(folder))
            level = workshop.level
        processes = len(set(psutil.Process().children(recursive=True)) - others)
        files = len(list(place.iterdir())) - 1  # the results lie there too
    row: Row = {
        "kind": "soak",
        "corpus": corpus.name,
        "engines": list(assignment.engines),
        "level": level,
        "exercises": len(corpus.exercises),
        "cells": corpus.cells,
        "jobs": jobs,
        **used,
        "processes_left": processes,
        "files_left": files,
        "load": round(load, 1),
    }
    looks: list[Row] = [{"kind": "memory", "corpus": corpus.name, **look} for look in watch.memory]
    return row, looks


def quarters(looks: Sequence[Row], key: str) -> tuple[float, float]:
    """Return the average of the first and of the last quarter of the looks.

    >>> quarters([{"mb": 50}, {"mb": 51}, {"mb": 51}, {"mb": 51}], "mb")
    (50, 51)
    """
    share = max(len(looks) // 4, 1)
    values = [look[key] for look in looks]
    return mean(values[:share]), mean(values[-share:])


def _graded(
    workshop: Workshop,
    assignment: Assignment,
    corpus: Corpus,
    count: int,
    jobs: int,
    watch: Watch,
    folder: Path,
) -> Row:
    results = Results(folder)
    results.begin(Settings(1, assignment.fingerprint))

    def grade(submission: Submission) -> Record:
        record = workshop.grade(submission)
        watch.note(record)
        return record

    for submission in corpus.hand_ins(len(KINDS)):  # causes of wrong answers are found once a class
        workshop.grade(submission)
    spent, start = processor_seconds(), time.perf_counter()
    try:
        with batch.threads(grade, jobs) as submit:
            batch.run(list(corpus.hand_ins(count)), results, submit, jobs=jobs)
    except KeyboardInterrupt:
        print("\nstopped: what was measured so far is kept")
    outcomes = dict(sorted(watch.outcomes.items()))  # after an interrupt some are under way
    done = max(sum(outcomes.values()), 1)
    seconds = time.perf_counter() - start
    after = processor_seconds()
    cpu = {name: 1000 * (after[name] - spent[name]) / done for name in after}
    return {
        "submissions": done,
        "seconds": round(seconds, 1),
        "rate": round(done / seconds, 2),
        "cpu_ms": round(sum(cpu.values()), 1),
        "cpu_ms_grader": round(cpu["grader"], 1),
        "cpu_ms_sandbox": round(cpu["sandbox"], 1),
        "rate_of_two_processors": round(2000 / sum(cpu.values()), 1),
        "outcomes": outcomes,
    }


def processor_seconds() -> dict[str, float]:
    """Return what this process has used, and what its zygotes and their ended forks have."""
    own = psutil.Process()
    times = [process.cpu_times() for process in own.children()]
    # A zygote waits for its forks: theirs counts as that of its children.
    below = sum(t.user + t.system + t.children_user + t.children_system for t in times)
    spent = own.cpu_times()
    return {"grader": spent.user + spent.system, "sandbox": below}


@contextlib.contextmanager
def _own_temporary_folder() -> Iterator[Path]:
    """Let temporary files be made in a folder of our own, where what is left can be counted."""
    before = tempfile.gettempdir()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before
