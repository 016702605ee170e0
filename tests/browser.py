"""Find a Chromium that really starts, or say in one sentence what was tried and what to do.

`python -m tests.browser` prints the program it found. The order is: the one you name, the one
Playwright keeps, the one the system has, and only then one to download.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from playwright.sync_api import Browser, BrowserType, Error, sync_playwright

VARIABLE = "DSCOURSE_BROWSER"

# A container's root has no sandbox and no GPU; the rest keeps a browser from calling home.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")

PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)

PLAYWRIGHT_INSTALL = ((sys.executable, "-m", "playwright", "install", "chromium"),)
APT_INSTALL = (("apt-get", "update"), ("apt-get", "install", "-y", "chromium"))

SECONDS = 600  # for one download

Finder = Callable[[BrowserType], Iterable[str]]


class NoBrowser(RuntimeError):
    """No Chromium could be started."""


def bundled(chromium: BrowserType) -> list[str]:
    """Return the program Playwright keeps, if it is there."""
    return [path for path in [chromium.executable_path] if Path(path).exists()]


def on_system(_: BrowserType) -> list[str]:
    """Return the programs the system has."""
    found = [shutil.which(command) for command in COMMANDS]
    return [path for path in found if path] + [path for path in PLACES if Path(path).exists()]


def succeeds(commands: Iterable[tuple[str, ...]]) -> bool:
    """Run the commands until one fails; return whether none did."""
    try:
        for command in commands:
            subprocess.run(command, check=True, timeout=SECONDS, stdout=sys.stderr)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def from_playwright(chromium: BrowserType) -> list[str]:
    """Download the program that Playwright is made for."""
    return bundled(chromium) if succeeds(PLAYWRIGHT_INSTALL) else []


def from_apt(chromium: BrowserType) -> list[str]:
    """Install the program of the distribution, where that is possible and allowed."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    possible = root and shutil.which("apt-get") is not None
    return on_system(chromium) if possible and succeeds(APT_INSTALL) else []


# Finders are asked in this order; a later one runs only when no earlier program started.
FINDERS: tuple[tuple[str, Finder], ...] = (
    ("Playwright's own", bundled),
    ("the system's", on_system),
    ("`python -m playwright install chromium`", from_playwright),
    ("`apt-get install chromium` (as root)", from_apt),
)


def start(chromium: BrowserType, program: str) -> Browser:
    """Start a program and prove that it draws a page."""
    browser = chromium.launch(executable_path=program, args=list(FLAGS))
    try:
        page = browser.new_page()
        page.set_content("<p>ready</p>")
        if page.inner_text("p") != "ready":
            raise Error(f"{program} starts, but shows no page")
        page.close()
    except Error:
        browser.close()
        raise
    return browser


def first_line(error: Error) -> str:
    """Return what went wrong without the browser's own log."""
    return str(error).splitlines()[0].strip().rstrip(".")


def chosen(chromium: BrowserType, program: str) -> Browser:
    """Start the program the user named; another one would not be what was asked for."""
    try:
        return start(chromium, program)
    except Error as error:
        raise NoBrowser(
            f"{VARIABLE} must name a Chromium that starts; got '{program}' ({first_line(error)})."
        ) from error


def launch(chromium: BrowserType) -> tuple[Browser, str]:
    """Start the first program that works; return it with its path.

    Raises:
        NoBrowser: if none does; the message says what was tried and what to do.
    """
    if program := os.environ.get(VARIABLE):
        return chosen(chromium, program), program
    failed = []
    for _, find in FINDERS:
        for program in find(chromium):
            try:
                return start(chromium, program), program
            except Error as error:
                failed.append(f"{program} did not start ({first_line(error)})")
    tried = ", ".join([name for name, _ in FINDERS] + failed)
    raise NoBrowser(
        f"The book's tests need a Chromium and none starts; tried: {tried}; "
        f"install Chromium or Chrome, or set {VARIABLE} to its program."
    )


def main() -> None:
    """Print the program and its version, or exit with the reason why there is none."""
    with sync_playwright() as playwright:
        try:
            browser, program = launch(playwright.chromium)
        except NoBrowser as error:
            sys.exit(str(error))
        print(f"{program} ({browser.version})")  # noqa: T201  (a command prints)
        browser.close()


if __name__ == "__main__":
    main()
