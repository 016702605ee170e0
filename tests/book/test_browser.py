import subprocess
import sys

import pytest
from playwright.sync_api import Error

from tests import browser as finder


class Browser:
    def __init__(self, text="ready"):
        self.text = text
        self.closed = False

    def new_page(self):
        return self

    def set_content(self, html):
        assert "ready" in html

    def inner_text(self, selector):
        return self.text

    def close(self):
        self.closed = True


class Chromium:
    """Playwright's Chromium, of which only the listed programs start."""

    def __init__(self, *working, executable_path="/nowhere/chrome"):
        self.working = working
        self.executable_path = executable_path
        self.asked = []

    def launch(self, executable_path, args):
        assert "--no-sandbox" in args
        self.asked.append(executable_path)
        if executable_path not in self.working:
            raise Error(f"cannot run {executable_path}.\nlog")
        return Browser()


@pytest.fixture
def commands(monkeypatch):
    """Nothing is installed and no command is really run; the commands are noted."""
    ran = []
    monkeypatch.delenv(finder.VARIABLE, raising=False)
    monkeypatch.setattr(finder, "PLACES", ())
    monkeypatch.setattr(finder.shutil, "which", lambda name: None)
    monkeypatch.setattr(finder.subprocess, "run", lambda command, **_: ran.append(command))
    return ran


def have(monkeypatch, **programs):
    monkeypatch.setattr(finder.shutil, "which", lambda name: programs.get(name.replace("-", "_")))


def test_the_program_the_user_names_comes_first(monkeypatch, commands):
    have(monkeypatch, chromium="/usr/bin/chromium")
    monkeypatch.setenv(finder.VARIABLE, "/mine/chrome")
    chromium = Chromium("/mine/chrome", "/usr/bin/chromium")
    assert finder.launch(chromium)[1] == "/mine/chrome"


def test_no_other_program_stands_in_for_the_one_named(monkeypatch, commands):
    have(monkeypatch, chromium="/usr/bin/chromium")
    monkeypatch.setenv(finder.VARIABLE, "/mine/chrome")
    chromium = Chromium("/usr/bin/chromium")
    message = (
        r"^DSCOURSE_BROWSER must name a Chromium that starts; "
        r"got '/mine/chrome' \(cannot run /mine/chrome\)\.$"
    )
    with pytest.raises(finder.NoBrowser, match=message):
        finder.launch(chromium)
    assert chromium.asked == ["/mine/chrome"]


def test_playwrights_own_comes_before_the_systems(monkeypatch, commands, tmp_path):
    own = tmp_path / "chrome"
    own.touch()
    have(monkeypatch, chromium="/usr/bin/chromium")
    chromium = Chromium(str(own), "/usr/bin/chromium", executable_path=str(own))
    assert finder.launch(chromium)[1] == str(own)


@pytest.mark.parametrize("command", finder.COMMANDS)
def test_the_systems_program_is_found(monkeypatch, commands, command):
    have(monkeypatch, **{command.replace("-", "_"): f"/usr/bin/{command}"})
    assert finder.launch(Chromium(f"/usr/bin/{command}"))[1] == f"/usr/bin/{command}"
    assert commands == []


def test_a_program_where_macos_and_windows_keep_it_is_found(monkeypatch, commands, tmp_path):
    place = tmp_path / "Google Chrome"
    place.touch()
    monkeypatch.setattr(finder, "PLACES", ("/nowhere", str(place)))
    assert finder.launch(Chromium(str(place)))[1] == str(place)


def test_a_program_that_does_not_start_is_passed_over(monkeypatch, commands):
    have(monkeypatch, chromium="/usr/bin/chromium", google_chrome="/usr/bin/google-chrome")
    chromium = Chromium("/usr/bin/google-chrome")
    assert finder.launch(chromium)[1] == "/usr/bin/google-chrome"


def test_playwright_downloads_when_nothing_starts(monkeypatch, commands, tmp_path):
    own = tmp_path / "chrome"
    monkeypatch.setattr(
        finder.subprocess, "run", lambda command, **_: (commands.append(command), own.touch())
    )
    assert finder.launch(Chromium(str(own), executable_path=str(own)))[1] == str(own)
    assert commands == [(sys.executable, "-m", "playwright", "install", "chromium")]


def install_by_apt(monkeypatch, commands, user):
    def run(command, **_):
        if "playwright" in command:
            raise subprocess.CalledProcessError(1, command)
        commands.append(command)
        have(monkeypatch, chromium="/usr/bin/chromium", apt_get="/usr/bin/apt-get")

    have(monkeypatch, apt_get="/usr/bin/apt-get")
    monkeypatch.setattr(finder.subprocess, "run", run)
    monkeypatch.setattr(finder.os, "geteuid", lambda: user, raising=False)


def test_root_installs_by_apt_as_the_last_resort(monkeypatch, commands):
    install_by_apt(monkeypatch, commands, user=0)
    assert finder.launch(Chromium("/usr/bin/chromium"))[1] == "/usr/bin/chromium"
    assert commands == [("apt-get", "update"), ("apt-get", "install", "-y", "chromium")]


def test_another_user_does_not_try_apt(monkeypatch, commands):
    install_by_apt(monkeypatch, commands, user=1000)
    with pytest.raises(finder.NoBrowser):
        finder.launch(Chromium("/usr/bin/chromium"))
    assert commands == []


def test_no_browser_is_an_error_of_one_sentence_that_says_what_to_do(monkeypatch, commands):
    have(monkeypatch, chromium="/usr/bin/chromium")
    message = (
        r"^The book's tests need a Chromium and none starts; tried: Playwright's own, the "
        r"system's, `python -m playwright install chromium`, "
        r"`apt-get install chromium` \(as root\), "
        r"/usr/bin/chromium did not start \(cannot run /usr/bin/chromium\); "
        r"install Chromium or Chrome, or set DSCOURSE_BROWSER to its program\.$"
    )
    monkeypatch.setattr(finder.os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(finder.NoBrowser, match=message):
        finder.launch(Chromium())


def test_a_browser_that_shows_no_page_is_closed_and_refused(monkeypatch):
    browser = Browser(text="")
    chromium = Chromium()
    monkeypatch.setattr(chromium, "launch", lambda **_: browser)
    with pytest.raises(Error, match=r"^/usr/bin/chromium starts, but shows no page$"):
        finder.start(chromium, "/usr/bin/chromium")
    assert browser.closed


def test_the_command_exits_with_the_reason(monkeypatch):
    def fail(chromium):
        raise finder.NoBrowser("none")

    monkeypatch.setattr(finder, "launch", fail)
    with pytest.raises(SystemExit, match=r"^none$"):
        finder.main()


def test_the_command_names_a_program_that_starts_here(capsys):
    finder.main()
    assert capsys.readouterr().out.strip().endswith(")")
