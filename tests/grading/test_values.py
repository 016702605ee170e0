"""Plain values cross the wire unchanged; everything else becomes opaque, and no forgery passes."""

import json
import math
import time
import tracemalloc
from collections import OrderedDict, namedtuple
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dscourse.checking import TODO, ChangedInput, Raised, Returned, TimedOut, compare
from dscourse.grading.inside.frames import FrameError
from dscourse.grading.inside.observation import pack_observation, unpack_observation
from dscourse.grading.inside.values import Opaque, Packer, unpack

Pair = namedtuple("Pair", "a b")


def cross(value):
    packer = Packer()
    tree = packer.pack(value)
    return unpack(json.loads(json.dumps(tree)), packer.arrays)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(PLAIN)
def test_plain_values_cross_unchanged(value):
    got = cross(value)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.1), np.float32(0.1)),
        (np.int64(3), np.int64(3)),
        (np.bool_(True), np.bool_(True)),
        (math.inf, math.inf),
        (-math.inf, -math.inf),
        (Fraction(1, 3), Fraction(1, 3)),
        (TODO, TODO),
        (Pair(1, (2,)), (1, (2,))),
        (OrderedDict(a=1), {"a": 1}),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (np.str_("same"), "same"),
        ({(1, 2): "k"}, {(1, 2): "k"}),
        ({1, "a", (2,)}, {1, "a", (2,)}),
    ],
)
def test_what_a_check_accepts_stays_what_it_is(value, expected):
    got = cross(value)
    assert got == expected
    assert type(got) is type(expected)


def test_nan_crosses():
    assert math.isnan(cross(math.nan))
    assert np.isnan(cross(np.float32("nan")))


@pytest.mark.parametrize("dtype", ["?", "u1", "i4", ">i4", "f2", "f4", "f8", ">f8", "g"])
def test_arrays_keep_shape_and_values_and_compare_equal(dtype):
    array = np.ones((2, 3), dtype)[:, ::2]
    got = cross(array)
    assert got.dtype.kind == array.dtype.kind
    assert compare(got, np.asarray(array, dtype=got.dtype)) is None


def test_an_array_of_no_axes_stays_one():
    assert cross(np.array(3.0)).shape == ()


class Liar(np.ndarray):
    """Claims to equal everything."""

    def __eq__(self, other):
        return np.array(True)

    __hash__ = None


class LiarInt(int):
    """The same."""

    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


def test_a_subclass_loses_its_methods_on_the_way():
    assert type(cross(np.zeros(3).view(Liar))) is np.ndarray
    assert type(cross(LiarInt(3))) is int
    assert type(cross(np.ma.masked_array([1.0], [True]))) is np.ndarray


class Stranger:
    """Not plain."""


@pytest.mark.parametrize(
    "value",
    [
        *(Stranger(), object, len, b"bytes", 1j, range(3)),
        *(np.array(["text"]), np.array([1j]), np.array([object()]), np.array([(1,)], "i4,")),
        *(10**5000, "x" * (1 << 21), np.broadcast_to(1.0, (1 << 20, 1 << 20))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_becomes_opaque(value):
    assert isinstance(cross(value), Opaque)


def test_an_opaque_value_bears_the_name_of_its_type():
    assert "of type Stranger" in compare(cross(Stranger()), 3).text


def test_a_list_in_itself_ends():
    own = []
    own.append(own)
    cross(own)


@pytest.mark.parametrize(
    "tree",
    [
        *([1], {}, {"a": 1, "b": 2}, {"unknown": 1}, {"array": 0}, {"array": -1}, {"array": "0"}),
        *({"tuple": 3}, {"dict": [[1]]}, {"dict": [[{"list": []}, 1]]}, {"float": "1e999"}),
        *({"scalar": ["|O", 1]}, {"scalar": ["<f8", "x"]}, {"scalar": ["|i1", 300]}),
        *({"fraction": [1, 0]}, {"fraction": [1, 2, 3]}, {"todo": 1}, {"opaque": 3}),
    ],
    ids=str,
)
def test_a_forged_tree_is_refused(tree):
    with pytest.raises(FrameError):
        unpack(tree, [])


def test_an_array_that_is_named_twice_is_refused_since_it_could_be_named_a_million_times():
    with pytest.raises(FrameError):
        unpack({"list": [{"array": 0}, {"array": 0}]}, [np.zeros(3)])


def test_one_array_that_an_answer_holds_twice_is_sent_twice():
    same = np.arange(3.0)
    assert compare(cross([same, same]), np.array([same, same])) is None


@pytest.mark.parametrize(
    "value",
    [[np.zeros(1 << 18)] * 20, ["x" * 100_000, *["y"] * 1000], [[[0.5] * 1000] * 100] * 100],
    ids=["arrays", "a long text among short ones", "lists"],
)
def test_comparing_with_an_array_makes_no_larger_array_of_what_came(value):
    tracemalloc.start()
    try:
        assert compare(value, np.zeros((20, 3)))
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


COLLIDING = [n * (2**61 - 1) for n in range(1, 20_000)]  # Python hashes each of them to 0


class Swollen(set):
    """Holds nothing, and hands out keys that collide; a set of them would take minutes to make."""

    def __iter__(self):
        return iter(COLLIDING)


class SwollenMapping(Mapping):
    """The same as a mapping."""

    def __getitem__(self, key):
        return 0

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def items(self):
        return [(key, 0) for key in COLLIDING]


@pytest.mark.parametrize("value", [Swollen(), SwollenMapping(), [Swollen()] * 9])
def test_keys_that_collide_are_not_sent_in_numbers_that_would_stop_the_grader(value):
    begun = time.process_time()
    cross(value)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "tree",
    [
        {"set": COLLIDING},
        {"dict": [[key, 0] for key in COLLIDING]},
        {"list": [{"set": COLLIDING[:1900]}] * 100},
        {"set": [{"tuple": [*COLLIDING[:500], n]} for n in COLLIDING[:200]]},
    ],
    ids=["set", "dict", "many sets", "long keys"],
)
def test_forged_keys_that_collide_are_refused_before_they_are_hashed(tree):
    begun = time.process_time()
    with pytest.raises(FrameError, match="too many keys"):
        unpack(tree, [])
    assert time.process_time() - begun < 2


def test_a_set_and_a_dict_of_some_hundred_keys_cross():
    assert cross({(n, str(n)) for n in range(300)}) == {(n, str(n)) for n in range(300)}
    assert cross({np.int64(n): n for n in range(900)}) == {n: n for n in range(900)}


def test_a_forged_tree_of_too_many_values_is_refused():
    with pytest.raises(FrameError, match="too large"):
        unpack({"list": [0] * 500_000}, [])


def test_a_list_as_large_as_may_be_sent_crosses():
    assert len(cross([np.float32(1)] * 90_000)) == 90_000


def test_a_longer_list_is_opaque_as_a_whole_and_ends_nobody():
    assert isinstance(cross([1.5] * 300_000), Opaque)


def test_a_tree_nested_too_deep_is_refused():
    tree = 1
    for _ in range(100):
        tree = {"list": [tree]}
    with pytest.raises(FrameError):
        unpack(tree, [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "tuple",
                    "list",
                    "dict",
                    "array",
                    "scalar",
                    "float",
                    "fraction",
                    "todo",
                    "opaque",
                    "returned",
                    "raised",
                    "changed",
                    "timed out",
                ]
            ),
            inner,
            max_size=1,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_a_value_or_a_frame_error(tree):
    for read in (unpack, unpack_observation):
        try:
            read(tree, [np.zeros(2)])
        except FrameError:
            continue


def cross_observation(seen):
    packer = Packer()
    tree = pack_observation(seen, packer)
    return unpack_observation(json.loads(json.dumps(tree)), packer.arrays)


@pytest.mark.parametrize(
    "seconds", [10**4000, -1, math.inf, math.nan, 1e300, "5"], ids=lambda s: f"{s!s:.9}"
)
def test_a_forged_time_that_no_call_can_take_is_refused(seconds):
    with pytest.raises(FrameError):
        unpack_observation({"timed out": seconds}, [])


@pytest.mark.parametrize(
    "tree", [{"opaque": "x"}, {"list": [1, 2]}, {"list": [{"array": 0}]}, "1", None], ids=str
)
def test_a_forged_number_that_is_none_is_refused(tree):
    with pytest.raises(FrameError):
        unpack({"scalar": ["<f8", tree]}, [np.zeros(2)])


class OwnError(ValueError):
    """A student's own."""


@pytest.mark.parametrize(
    "seen",
    [
        Returned((1, "a")),
        Raised(ValueError, "no", "line 3: raise"),
        Raised(np.exceptions.AxisError, "axis"),
        TimedOut(2.5),
        ChangedInput("number 1"),
    ],
    ids=lambda seen: type(seen).__name__,
)
def test_observations_cross_unchanged(seen):
    assert cross_observation(seen) == seen


def test_an_error_of_the_students_own_keeps_its_name_and_its_base():
    kind = cross_observation(Raised(OwnError, "")).kind
    assert kind.__name__ == "OwnError"
    assert issubclass(kind, ValueError)


def test_a_forged_error_class_is_made_of_nothing_but_its_name():
    forged = {"raised": [[["os", "system"], ["subprocess", "Popen"]], "message", ""]}
    kind = unpack_observation(forged, []).kind
    assert kind.__mro__[1] is Exception


def test_sets_cross_in_the_same_order_from_every_process():
    assert cross({"a", "b", (1, 2.0)}) == {"a", "b", (1, 2.0)}
    assert cross(frozenset({1})) == {1}
    assert Packer().pack({"b", "a", "c"}) == {"set": ["a", "b", "c"]}
    with pytest.raises(FrameError):
        unpack({"set": [{"list": []}]}, [])
