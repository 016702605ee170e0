"""Take pictures of every page so that people can look: `python -m tests.screenshots DIR [PAGE…]`.

Each page is taken at desktop and at phone width, in light and in dark.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.book.built import MISSING, address, pages, served
from tests.browser import launch

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
VIEWS = {
    "desktop": {"viewport": DESKTOP, "color_scheme": "light"},
    "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light"},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
}


def take(folder: Path, wanted: list[str]) -> None:
    """Write one PNG for each page and view."""
    with served() as base, sync_playwright() as playwright:
        browser, _ = launch(playwright.chromium)
        for view, options in VIEWS.items():
            page = browser.new_context(**options).new_page()
            for name in wanted:
                page.goto(base + address(name), wait_until="networkidle")
                page.screenshot(
                    path=folder / f"{name.replace('/', '-')}-{view}.png", full_page=True
                )
        browser.close()


def main() -> None:
    """Read the command line, take the pictures and say where they are."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if not pages():
        sys.exit(MISSING)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    take(folder, sys.argv[2:] or pages())
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")  # noqa: T201  (a command)


if __name__ == "__main__":
    main()
