"""What layers state that torch keeps for backward and needs while it runs, counted by hand on small maps."""

from __future__ import annotations

import pytest

from cnninspect.holds import BEHIND, LAST, OWN, STRAIGHT, Gather, Holds
from tests.support.rows import make

MAP = (4, 3, 5)  # 60 elements, 15 positions
ROWS: list[tuple[str, dict[str, object], Holds]] = [
    (
        "rrelu",
        {},
        Holds(inputs=(0,), elements=60, in_place=True, swaps=True, scratch=60, lies=STRAIGHT),
    ),  # the drawn slopes
    (
        "rrelu",
        {"lower": -0.3, "upper": 0.2},
        Holds(inputs=(0,), elements=60, scratch=60, lies=STRAIGHT),
    ),  # falls on average
    ("leaky_relu", {"slope": 0}, Holds(inputs=(0,), in_place=True, swaps=True)),
    ("leaky_relu", {"slope": -0.5}, Holds(inputs=(0,))),  # the output does not tell the input's sign
    ("elu", {"alpha": -1}, Holds(inputs=(0,))),
    ("celu", {"alpha": -1}, Holds(inputs=(0,))),
    ("softmin", {}, Holds(output=True, scratch=60, lies=STRAIGHT)),  # the negated input
    ("log_sigmoid", {}, Holds(inputs=(0,), elements=60, scratch=60, lies=STRAIGHT)),
    ("softsign", {}, Holds(inputs=(0,), elements=60, scratch=60)),
    ("tanh_shrink", {}, Holds(elements=60, scratch=60)),  # the tangent
    ("batch_norm", {}, Holds(inputs=(0,), once=8, lies=LAST)),  # mean and deviation of 4 channels
    ("batch_norm", {"track": False}, Holds(inputs=(0,), once=8, scratch_once=8, lies=LAST)),
    ("batch_norm", {"frozen": True}, Holds(once=4, scratch=60, scratch_once=8)),
    ("instance_norm", {}, Holds(inputs=(0,), elements=8, scratch=8, straight=True, lies=STRAIGHT)),
    (
        "instance_norm",
        {"affine": True, "track": True},
        Holds(inputs=(0,), elements=20, scratch=16, straight=True, lies=STRAIGHT),
    ),
    (
        "group_norm",
        {"groups": 2},
        Holds(inputs=(0,), elements=4, scratch=4, straight=True, lies=LAST),
    ),  # two figures a group
    ("layer_norm", {}, Holds(inputs=(0,), elements=30, scratch=30, lies=BEHIND)),  # two figures a position
    ("layer_norm", {"axes": 3}, Holds(inputs=(0,), elements=2, scratch=2, lies=STRAIGHT)),
    ("local_response_norm", {"size": 3}, Holds(inputs=(0,), elements=210, scratch=120)),  # 15 · (4 + 2) + 2 · 60
    ("conv", {"out": 2, "kernel": 3}, Holds(inputs=(0,), lies=LAST)),
    (
        "max_pool",
        {"kernel": 1},
        Holds(inputs=(0,), bytes=480, scratch_bytes=480, lies=LAST),
    ),  # an index of 8 bytes an output
    ("avg_pool", {"kernel": 1}, Holds(inputs=(0,), lies=LAST)),
    ("lp_pool", {"kernel": 1}, Holds(inputs=(0,), elements=300, scratch=180, lies=LAST)),  # 60 + 4 · 60; 3 · 60
    ("adaptive_avg_pool", {"size": 1}, Holds(lies=STRAIGHT)),
    ("adaptive_avg_pool", {"size": 2}, Holds(inputs=(0,), lies=LAST)),
    (
        "adaptive_max_pool",
        {"size": 2},
        Holds(inputs=(0,), bytes=128, scratch_bytes=128, lies=LAST),
    ),  # 4 · 2 · 2 indices
    ("global_max_pool", {}, Holds(inputs=(0,), bytes=32, scratch_bytes=32, lies=STRAIGHT)),
    ("global_max_pool", {"keep": False}, Holds(inputs=(0,), output=True, lies=STRAIGHT)),
    ("squareplus", {}, Holds(inputs=(0,), elements=60, scratch=60)),
    ("sparse_plus", {}, Holds(inputs=(0,), elements=120, scratch=180)),
    ("sparse_sigmoid", {}, Holds(elements=60, scratch=60)),
]


@pytest.mark.parametrize(("name", "options", "expected"), ROWS, ids=[f"{name}-{options}" for name, options, _ in ROWS])
def test_what_is_held(name: str, options: dict[str, object], expected: Holds) -> None:
    """A layer on a map of 4 x 3 x 5 holds these tensors."""
    assert make(name, options, (MAP,)).holds([MAP]) == expected


def test_what_joining_layers_hold() -> None:
    """Of three tensors a sum holds none but makes the first sum; a mean holds its sum; a comparison holds both sides."""
    three = (MAP, MAP, MAP)
    assert make("add", {}, three).holds(three) == Holds(scratch=60)
    assert make("average", {}, three).holds(three) == Holds(scratch=60)
    assert make("divide", {}, three[:2]).holds(three[:2]) == Holds(pairs=((1, 0), (1, 1), (0, 1)))
    pairs = ((0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2))
    assert make("maximum", {}, three).holds(three) == Holds(pairs=pairs, scratch=60, between=((60, (0, 1, 2)),))


def test_what_multiplying_layers_copy() -> None:
    """The axes before the matrices are one, or the input is copied; weights that do not learn spare the last of them."""
    held = make("linear", {"out": 2}, (MAP,)).holds([MAP])
    assert held == Holds(pairs=((0, OWN),), lies=STRAIGHT, gathers=(Gather(0, (4, 3)),))
    held = make("linear", {"out": 2, "trainable": False}, (MAP,)).holds([MAP])
    assert held == Holds(pairs=((0, OWN),), lies=STRAIGHT, gathers=(Gather(0, (4,)),))
    held = make("linear", {"out": 2, "axis": "channels"}, (MAP,)).holds([MAP])
    assert held == Holds(pairs=((0, OWN),), lies=BEHIND, gathers=(Gather(0, (3, 5), channels_last=True),))
    assert make("linear", {"out": 2}, ((4,),)).holds([(4,)]) == Holds(pairs=((0, OWN),), lies=STRAIGHT)
    pair = ((4, 3, 5), (1, 5, 2))
    both = (Gather(0, (4,)), Gather(1, (4,)))
    assert make("matmul", {}, pair).holds(pair) == Holds(pairs=((0, 1), (1, 0)), lies=STRAIGHT, gathers=both)
    flat = ((3, 5), (5, 2))
    assert make("matmul", {}, flat).holds(flat) == Holds(pairs=((0, 1), (1, 0)), lies=STRAIGHT)
