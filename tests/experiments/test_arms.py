"""The arms are what they claim: equal budgets, and nothing else differs than what is studied."""

from dataclasses import replace
from functools import cache

import pytest

from dscourse.cost import layer_table
from dscourse.experiments import STUDIES, StagedArm, width_for
from dscourse.experiments.studies import BUDGET

pytestmark = pytest.mark.keras

KINDS = {
    "plain": {"Conv2D"},
    "inception": {"Conv2D", "MaxPooling2D", "Concatenate"},
    "separable": {"SeparableConv2D"},
}


@cache
def table(arm):
    return layer_table(arm.build(24))


def parameters(arm):
    return sum(row.parameters for row in table(arm))


@pytest.mark.parametrize("arm", STUDIES["compare"].arms, ids=lambda arm: arm.name)
def test_every_arm_of_the_comparison_is_within_2_percent_of_the_budget(arm):
    assert parameters(arm) == pytest.approx(BUDGET, rel=0.02)


@pytest.mark.parametrize("arm", STUDIES["compare"].arms, ids=lambda arm: arm.name)
def test_its_width_is_the_largest_within_the_budget(arm):
    wider = replace(arm, width=round(arm.width + 0.1, 1))
    assert parameters(arm) <= BUDGET < parameters(wider)


def test_the_largest_width_within_a_budget_is_found():
    width = width_for("separable", 5_000)
    fits, wider = (parameters(StagedArm("a", "separable", w)) for w in (width, width + 0.1))
    assert fits <= 5_000 < wider


@pytest.mark.parametrize("unit", KINDS)
def test_a_unit_is_made_of_its_kind_alone(unit):
    rows = table(StagedArm("a", unit, 16))
    assert {row.type for row in rows if row.name.startswith("stage2_unit")} == KINDS[unit]


def test_the_skeletons_differ_in_nothing_but_their_units():
    rest = [
        [
            (row.name, row.type, row.output_shape[:2])
            for row in table(StagedArm("a", unit, 16))
            if "unit" not in row.name and "batch" not in row.name
        ]
        for unit in KINDS
    ]
    assert rest[0] == rest[1] == rest[2]
    assert len(rest[0]) == 1 + 3 + 2  # stem, three pools, the head


def test_a_batch_normalization_follows_the_stem_and_every_unit():
    for unit in KINDS:
        types = [row.type for row in table(StagedArm("a", unit, 16))]
        assert types.count("BatchNormalization") == 1 + 3 * 2


def test_the_orders_differ_in_activations_alone():
    tables = [table(arm) for arm in STUDIES["order"].arms]
    totals = {(sum(r.parameters for r in t), sum(r.multiply_adds for r in t)) for t in tables}
    assert len(totals) == 1
    assert [sum("between" in row.name for row in rows) for rows in tables] == [0, 13, 13]


@pytest.mark.parametrize("blocks", [1, 4])
def test_the_residual_arms_differ_in_shortcuts_alone(blocks):
    with_them, without = (
        {row.name for row in table(arm)}
        for arm in STUDIES["residuals"].arms
        if arm.middle_blocks == blocks
    )
    assert without < with_them
    assert all("shortcut" in name or "add" in name for name in with_them - without)


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="plain, inception, separable; got 'dense'"):
        StagedArm("a", "dense", 8).build(24)


def test_a_budget_below_one_channel_is_refused():
    with pytest.raises(ValueError, match="one channel a stage; got 100"):
        width_for("plain", 100)
