"""Window arithmetic held against what PyTorch, TensorFlow and Caffe were seen to do, and against its own laws."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnninspect.layers.windows import by, described, extent, resolve, same_pads, slide, smallest, symmetric, torch_pad
from cnninspect.values import Facts, Problem, Problems, Window
from tests.support.budget import EXAMPLES
from tests.support.rows import make

# Output sizes read off PyTorch 2.13, TensorFlow (with its padding) and Caffe on one axis; null = refused.
SEEN = json.loads((Path(__file__).parents[1] / "data" / "windows.json").read_text(encoding="utf-8"))
drawn = settings(max_examples=EXAMPLES, deadline=None, print_blob=True)


def seen(source: str, op: str) -> list[dict[str, Any]]:
    """The entries of one table, by column."""
    table = SEEN[source][op]
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def of(entry: dict[str, Any], name: str, **more: object) -> Facts | None:
    """What the layer says of an entry's axis; None where it refuses."""
    told = ("kernel", "stride", "padding", "dilation", "rounding", "output_padding")
    options: dict[str, object] = {key: entry[key] for key in told if key in entry}
    x = ((1, entry["n"]),)
    try:
        return make(name, options | more, x).facts(x)
    except Problems as refusal:
        codes = {problem.code for problem in refusal.problems}
        assert codes <= {"size-reached-zero", "padding-too-large", "bad-value"}
        return None


def size(facts: Facts | None) -> int | None:
    """The length that comes out."""
    return None if facts is None else facts.outputs[0][1]


@pytest.mark.parametrize(("op", "more"), [("conv", {"out": 1}), ("max_pool", {}), ("conv_transpose", {"out": 1})])
def test_torch_was_seen_to_agree(op: str, more: dict[str, object]) -> None:
    """Every size that torch was seen to make is ours, and what it refused is refused."""
    entries = seen("torch", op)
    assert [size(of(entry, op, **more)) for entry in entries] == [entry["out"] for entry in entries]


def test_tensorflows_same_convs_pad_alike() -> None:
    """Every size and each side's padding that TensorFlow was seen to use for `same` is ours."""
    for entry in seen("tensorflow", "conv"):
        facts = of(entry, "conv", out=1, padding="same")
        assert facts is not None
        assert facts.window is not None
        assert (size(facts), facts.window.pads) == (entry["out"], ((entry["before"], entry["after"]),))


@pytest.mark.parametrize("op", ["max_pool", "avg_pool"])
def test_tensorflows_same_pools_have_our_size(op: str) -> None:
    """Every size that TensorFlow's pools were seen to make with `same` is ours."""
    entries = seen("tensorflow", op)
    assert [size(of(entry, op, padding="same")) for entry in entries] == [entry["out"] for entry in entries]


@pytest.mark.parametrize("op", ["max_pool", "avg_pool", "lp_pool"])
def test_caffes_pools_have_our_size(op: str) -> None:
    """Every size that Caffe was seen to make is ours with `rounding: caffe`."""
    entries = seen("caffe", "pool")
    assert [size(of(entry, op, rounding="caffe")) for entry in entries] == [entry["out"] for entry in entries]


def test_caffe_clips_every_axis_where_one_is_padded() -> None:
    """A window of 1 with stride 4 takes 2 positions on 4 cells, and 1 once the other axis is padded."""
    x = ((1, 4, 4),)
    options: dict[str, object] = {"kernel": [3, 1], "stride": 4, "rounding": "caffe"}
    assert make("max_pool", options, x).facts(x).outputs == ((1, 2, 2),)
    assert make("max_pool", {**options, "padding": [1, 0]}, x).facts(x).outputs == ((1, 2, 1),)


def test_caffes_clip_on_one_axis() -> None:
    """Caffe's rule alone: the clip of torch's ceil_mode where there is padding, none where there is not."""
    assert [slide(4, 1, 4, 1, 0, 0, rule) for rule in ("floor", "ceil", "caffe")] == [1, 1, 2]
    assert [slide(5, 2, 2, 1, 1, 1, rule) for rule in ("floor", "ceil", "caffe")] == [3, 3, 3]
    assert [slide(4, 2, 4, 1, 0, 1, rule) for rule in ("floor", "ceil", "caffe")] == [1, 1, 1]


def test_named_rules_become_numbers() -> None:
    """On 5 x 6 with kernel 2 x 3, stride 2 and dilation 1 x 2 each rule has its own padding."""
    window = ((5, 6), (2, 3), (2, 2), (1, 2))
    assert {rule: resolve(rule, *window) for rule in ("valid", "half", "same", "same_lower")} == {
        "valid": ((0, 0), (0, 0)),
        "half": ((1, 1), (2, 2)),
        "same": ((0, 1), (1, 2)),  # (3-1)2+2-5 = 1; (3-1)2+5-6 = 3
        "same_lower": ((1, 0), (2, 1)),
    }
    assert resolve(((4, 3), (2, 1)), *window) == ((4, 3), (2, 1))


def test_torch_pads_from_the_last_axis() -> None:
    """Torch's pad wants the last axis first, before and after each."""
    assert torch_pad(((1, 2), (3, 4))) == (3, 4, 1, 2)
    assert (symmetric(((1, 1), (2, 2))), symmetric(((1, 1), (1, 2)))) == (True, False)


def test_windows_in_words() -> None:
    """A window is named by how far it reaches, and by its kernel where that differs."""
    nothing = ((0, 0), (0, 0))
    assert by((1, 2, 3)) == "1x2x3"
    assert described(Window((3, 2), (1, 1), (1, 1), nothing)) == "a 3x2 window"
    assert described(Window((3, 2), (1, 1), (2, 1), nothing)) == "a 5x2 window (kernel 3x2, dilation 2x1)"
    assert described(Window((3,), (1,), (1,), nothing[:1])) == "a window of 3"


axis = st.tuples(st.integers(1, 40), st.integers(1, 7), st.integers(1, 5), st.integers(1, 3))


@drawn
@given(axis, st.booleans())
def test_same_makes_the_quotient(facts: tuple[int, int, int, int], lower: bool) -> None:  # noqa: FBT001
    """With `same` an axis of n becomes ⌈n / s⌉, and the sides differ by one at most, the larger where asked."""
    n, k, s, d = facts
    before, after = same_pads(n, k, s, d, lower=lower)
    assert slide(n, k, s, d, before, after) == -(-n // s)
    assert (before - after if lower else after - before) in (0, 1)


@drawn
@given(axis, st.integers(0, 3), st.integers(0, 3), st.sampled_from(["floor", "ceil"]))
def test_smallest_is_where_the_first_window_fits(
    facts: tuple[int, int, int, int],
    before: int,
    after: int,
    rule: str,
) -> None:
    """The smallest axis gives a position, and one cell less gives none."""
    _, k, s, d = facts
    least = smallest(k, s, d, before, after, rule)
    assert slide(least, k, s, d, before, after, rule) >= 1
    assert least == 1 or slide(least - 1, k, s, d, before, after, rule) <= 0


@drawn
@given(axis)
def test_ceil_adds_at_most_one_window(facts: tuple[int, int, int, int]) -> None:
    """Rounding up adds one position where cells are left over, and none where they are not."""
    n, k, s, d = facts
    left = (n - extent(k, d)) % s
    more = slide(n, k, s, d, 0, 0, "ceil") - slide(n, k, s, d, 0, 0)
    assert more == (1 if left and -(-(n - extent(k, d)) // s) * s < n else 0)


CASES: list[tuple[str, dict[str, object]]] = [
    ("conv", {"out": 1, "kernel": 7, "padding": 1, "stride": 2}),
    ("conv", {"out": 1, "kernel": 3, "dilation": 3, "padding": [[0, 2], [1, 3]]}),
    ("conv", {"out": 1, "kernel": 2, "padding": 4, "padding_mode": "reflect"}),
    ("conv", {"out": 1, "kernel": 2, "padding": 4, "padding_mode": "circular"}),
    ("conv", {"out": 1, "kernel": 12, "padding": 4, "padding_mode": "circular"}),
    ("conv_transpose", {"out": 1, "kernel": 2, "padding": 4, "stride": 3}),
    ("conv_transpose", {"out": 1, "kernel": 3, "padding": [[0, 9], [3, 3]], "stride": 2, "output_padding": 1}),
    ("max_pool", {"kernel": 7, "stride": 2, "rounding": "ceil"}),
    ("max_pool", {"kernel": 7, "stride": 3, "rounding": "caffe", "padding": 1}),
    ("max_pool", {"kernel": 3, "dilation": 3}),
    ("avg_pool", {"kernel": 5, "padding": 2}),
    ("lp_pool", {"kernel": 5, "stride": 4, "rounding": "ceil"}),
    ("subsample", {"kernel": 4}),
    ("sparse_conv", {"table": [[0]], "kernel": 4, "padding": "half", "dilation": 2}),
]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_the_smallest_input_that_is_named_is_exact(name: str, options: dict[str, object]) -> None:
    """The help of a refusal names a size that passes, and no axis of it can lose a cell."""

    def refusal(height: int, width: int) -> tuple[Problem, ...]:
        x = ((1, height, width),)
        try:
            make(name, options, x).facts(x)
        except Problems as problems:
            return problems.problems
        return ()

    problems = refusal(1, 1)
    if not problems:  # it takes the smallest map there is
        assert (name, options) in (("avg_pool", CASES[10][1]), ("sparse_conv", CASES[13][1]))
        return
    height, width = map(int, problems[0].help.rsplit(" ", 1)[-1].split("x"))
    assert refusal(height, width) == ()
    assert height == 1 or refusal(height - 1, width)
    assert width == 1 or refusal(height, width - 1)


def test_the_smallest_input_of_torchs_3d_mean_is_exact() -> None:
    """Torch's 3-D average pool wants the map as large as the kernel, whatever the padding and the rounding."""
    options: dict[str, object] = {"kernel": 5, "stride": 4, "padding": 2, "rounding": "ceil"}
    layer = make("avg_pool", options, ((1, 5, 5, 5),))
    assert layer.facts(((1, 5, 5, 5),)).outputs == ((1, 2, 2, 2),)
    with pytest.raises(Problems) as refused:
        layer.facts(((1, 5, 4, 5),))
    (problem,) = refused.value.problems
    assert (problem.code, problem.message, problem.help, problem.notes) == (
        "size-reached-zero",
        "a 5x5x5 window does not fit on a 5x4x5 map padded to 9x8x9",
        "the smallest input that fits here is 5x5x5",
        ("torch's 3-D average pool needs a map as large as the kernel before any padding",),
    )


def test_the_largest_numbers_are_only_numbers() -> None:
    """Sizes of 2^53 cost no more than small ones."""
    huge = 2**53
    x = ((1, huge, huge),)
    facts = make("conv", {"out": huge, "kernel": huge, "padding": huge - 1, "stride": 3}, x).facts(x)
    side = (huge + 2 * (huge - 1) - huge) // 3 + 1
    assert facts.outputs == ((huge, side, side),)
    assert facts.macs == huge * side * side * huge * huge
    assert make("adaptive_avg_pool", {"size": huge - 1}, x).facts(x).operations == (2 * huge - 2) ** 2
