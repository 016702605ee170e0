"""The table says what the paper says of its figure 5."""

import pytest

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def blocks():
    from dscourse.xception import blocks

    return blocks


def test_36_convolutions_in_14_modules(blocks):
    """Section 3; the four convolutions of the shortcuts are not counted there."""
    assert len(blocks()) == 14
    assert sum(len(block.filters) for block in blocks()) == 36


def test_only_the_first_and_the_last_module_have_no_shortcut(blocks):
    assert [n for n, block in enumerate(blocks(), 1) if block.shortcut is None] == [1, 14]


def test_a_shortcut_is_the_identity_where_the_shape_stays(blocks):
    c_in = [3, *(block.filters[-1] for block in blocks()[:-1])]
    pairs = zip(blocks(), c_in, strict=True)
    keeps = [block.strides == 1 and block.filters[-1] == c for block, c in pairs]
    assert True in keeps
    assert [b.shortcut == "identity" for b in blocks()] == keeps


def test_the_middle_flow_is_one_block_eight_times(blocks):
    assert set(blocks()[4:12]) == {blocks()[4]}
    assert blocks()[3] != blocks()[4] != blocks()[12]


def test_the_map_is_halved_five_times(blocks):
    assert [n for n, block in enumerate(blocks(), 1) if block.strides == 2] == [1, 2, 3, 4, 13]


@pytest.mark.parametrize("number", [0, 1, 3, 20])
def test_middle_blocks_is_their_number(blocks, number):
    assert blocks(middle_blocks=number) == blocks()[:4] + (blocks()[4],) * number + blocks()[12:]


@pytest.mark.parametrize(
    ("width", "filters"),
    [(0.5, (364, 512)), (2, (1456, 2048)), (0.01, (7, 10)), (1e-6, (1, 1))],
)
def test_width_is_a_factor_on_filters_and_leaves_one(blocks, width, filters):
    assert blocks(width=width)[12].filters == filters
    assert [len(b.filters) for b in blocks(width=width)] == [len(b.filters) for b in blocks()]


def test_without_residuals_nothing_else_changes(blocks):
    bare = blocks(residuals=False)
    assert {block.shortcut for block in bare} == {None}
    for attribute in ("filters", "relu", "strides", "conv"):
        assert [getattr(b, attribute) for b in bare] == [getattr(b, attribute) for b in blocks()]


def test_small_inputs_are_halved_three_times(blocks):
    small = blocks(small_inputs=True)
    assert [n for n, block in enumerate(small, 1) if block.strides == 2] == [3, 4, 13]
    assert [block.filters for block in small] == [block.filters for block in blocks()]
