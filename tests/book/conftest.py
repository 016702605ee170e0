"""What the book's tests share: the extensions on the path, the built pages, one browser."""

import sys

import pytest
from playwright.sync_api import sync_playwright

from tests.book.built import HTML, MISSING, ROOT, chapters, pages, served
from tests.browser import NoBrowser, launch

sys.path.append(str(ROOT / "book" / "_ext"))


def pytest_generate_tests(metafunc):
    # One test for each page; without a build there is one all the same, and it is an error.
    for name, listed in {"chapter": chapters, "page": pages}.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, listed() or ["no-build"], scope="module")


@pytest.fixture(scope="session")
def built():
    if not chapters():
        pytest.fail(MISSING, pytrace=False)
    return HTML


@pytest.fixture(scope="session")
def base(built):
    with served(built) as url:
        yield url


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        try:
            found, _ = launch(playwright.chromium)
        except NoBrowser as error:
            pytest.fail(str(error), pytrace=False)
        yield found
        found.close()
