"""What layers state that torch keeps for backward and needs while it runs, counted by hand on small maps."""

from __future__ import annotations

import pytest

from cnninspect.holds import Holds
from tests.support.rows import make

MAP = (4, 3, 5)  # 60 elements, 15 positions
ROWS: list[tuple[str, dict[str, object], Holds]] = [
    ("rrelu", {}, Holds(inputs=(0,), elements=60, in_place=True, swaps=True, scratch=60)),  # the drawn slopes
    ("softmin", {}, Holds(output=True, scratch=60)),  # the negated input
    ("log_sigmoid", {}, Holds(inputs=(0,), elements=60, scratch=60)),
    ("softsign", {}, Holds(inputs=(0,), elements=60, scratch=60)),
    ("tanh_shrink", {}, Holds(elements=60, scratch=60)),  # the tangent
    ("batch_norm", {}, Holds(inputs=(0,), once=8)),  # mean and deviation of 4 channels
    ("batch_norm", {"track": False}, Holds(inputs=(0,), once=8, scratch_once=8)),
    ("batch_norm", {"frozen": True}, Holds(once=4, scratch=60, scratch_once=8)),
    ("instance_norm", {}, Holds(inputs=(0,), elements=8, scratch=8, straight=True)),
    ("instance_norm", {"affine": True, "track": True}, Holds(inputs=(0,), elements=20, scratch=16, straight=True)),
    ("group_norm", {"groups": 2}, Holds(inputs=(0,), elements=4, scratch=4, fresh=True)),  # two figures a group
    ("layer_norm", {}, Holds(inputs=(0,), elements=30, scratch=30, fresh=True)),  # two figures a position
    ("layer_norm", {"axes": 3}, Holds(inputs=(0,), elements=2, scratch=2, fresh=True)),
    ("local_response_norm", {"size": 3}, Holds(inputs=(0,), elements=210, scratch=120)),  # 15 · (4 + 2) + 2 · 60
    ("conv", {"out": 2, "kernel": 3}, Holds(inputs=(0,))),
    ("max_pool", {"kernel": 1}, Holds(inputs=(0,), bytes=480, scratch_bytes=480)),  # an index of 8 bytes an output
    ("avg_pool", {"kernel": 1}, Holds(inputs=(0,))),
    ("lp_pool", {"kernel": 1}, Holds(inputs=(0,), elements=300, scratch=180)),  # 60 + 4 · 60; 3 · 60
    ("adaptive_avg_pool", {"size": 1}, Holds()),
    ("adaptive_avg_pool", {"size": 2}, Holds(inputs=(0,))),
    ("adaptive_max_pool", {"size": 2}, Holds(inputs=(0,), bytes=128, scratch_bytes=128)),  # 4 · 2 · 2 indices
    ("global_max_pool", {}, Holds(inputs=(0,), bytes=32, scratch_bytes=32)),
    ("global_max_pool", {"keep": False}, Holds(inputs=(0,), output=True)),
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
