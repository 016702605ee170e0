"""`python -m tests` goes on after a failure, counts, and ends with the right exit code."""

import re
import shutil

import pytest

from tests import __main__ as driver

good = "python -c pass"
bad = "python -c raise(SystemExit(3))"


@pytest.fixture
def steps(monkeypatch):
    """Replace the steps by short ones."""
    table = {"first": [bad, good], "second": [good], "third": ["no-such-tool --version"]}
    monkeypatch.setattr(driver, "STEPS", table)


def test_a_failed_step_does_not_stop_the_later_ones(steps, capfd):
    assert driver.main(["--only", "first", "second"]) == 1
    *_, first, second, total = capfd.readouterr().out.splitlines()
    assert re.fullmatch(r"first +FAILED +\d+\.\d s", first)
    assert re.fullmatch(r"second +passed +\d+\.\d s", second)
    assert total == "1 passed, 1 failed"


def test_all_steps_run_when_none_is_named(steps, capfd):
    assert driver.main([]) == 1
    assert capfd.readouterr().out.endswith("\n1 passed, 2 failed\n")


def test_success_is_exit_code_zero(steps, capfd):
    assert driver.main(["--only", "second"]) == 0
    assert capfd.readouterr().out.endswith("\n1 passed, 0 failed\n")


def test_a_missing_tool_is_an_error_that_says_what_to_install(steps, capfd):
    assert driver.main(["--only", "third"]) == 1
    assert '`no-such-tool` is missing: pip install -c constraints.txt -e ".[test]"' in (
        capfd.readouterr().out
    )


def test_an_unknown_step_is_refused_with_the_known_ones(steps, capfd):
    with pytest.raises(SystemExit, match="2"):
        driver.main(["--only", "fourth"])
    assert "choose from" in capfd.readouterr().err


def test_every_tool_of_the_steps_is_installed():
    tools = {command.split()[0] for commands in driver.STEPS.values() for command in commands}
    assert {t for t in tools if shutil.which(t, path=driver.ENVIRONMENT["PATH"]) is None} == set()
