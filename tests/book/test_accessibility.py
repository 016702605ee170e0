"""The comparison with the baseline; that pages keep to it is tested in test_pages.py."""

import pytest

from tests.book.accessibility import baseline, differences, expected

ENTRY = {"rule": "region", "page": "book/*", "view": "desktop *", "reason": "the theme's"}


def test_the_baseline_gives_each_rule_a_page_a_view_and_a_reason():
    assert all(entry.keys() == ENTRY.keys() for entry in baseline())
    assert all(all(entry.values()) for entry in baseline())


@pytest.mark.parametrize(
    ("name", "view", "rules"),
    [
        ("book/index", "desktop light", {"region"}),
        ("notebooks/00-start-here", "desktop light", set()),
        ("book/index", "phone dark", set()),
    ],
)
def test_an_entry_holds_for_its_pages_and_views_alone(name, view, rules):
    assert expected([ENTRY], name, view) == rules


@pytest.mark.parametrize(
    ("found", "known", "said"),
    [
        ({}, set(), []),
        ({"region": ["#logo"]}, {"region"}, []),
        ({"region": ["#logo"]}, set(), ["new: region: ['#logo']"]),
        ({}, {"region"}, ["gone, so take it out of axe_baseline.json: region"]),
    ],
    ids=["clean", "known", "new", "gone"],
)
def test_a_difference_is_said(found, known, said):
    assert differences(found, known) == said
