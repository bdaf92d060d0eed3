"""Records behave as named tuples do."""

from __future__ import annotations

import copy
import pickle

import pytest

from cnninspect.ir import Tensor
from cnninspect.values import Span


def test_fields_by_place_and_name() -> None:
    """A record takes its fields by place or by name, and gives them by name."""
    assert Tensor(1, 2) == Tensor(node=1, output=2) == Tensor(1, output=2)
    assert Tensor(3) == (3, 0)
    assert (Tensor(3).node, Tensor(3).output) == (3, 0)


def test_wrong_fields_are_refused() -> None:
    """Missing, unknown and superfluous fields are errors."""
    for arguments, named in (((), {}), ((1, 2, 3), {}), ((1,), {"other": 2})):
        with pytest.raises(TypeError, match="Tensor has the fields"):
            Tensor(*arguments, **named)


def test_replace_asdict_repr() -> None:
    """A record can be copied with changes and shown."""
    assert Tensor(1)._replace(output=5) == Tensor(1, 5)
    assert Tensor(1)._asdict() == {"node": 1, "output": 0}
    with pytest.raises(TypeError, match=r"Tensor has the fields .*: \['outputs'\]"):
        Tensor(1)._replace(outputs=5)  # type: ignore[call-arg]
    assert repr(Tensor(1)) == "Tensor(node=1, output=0)"
    assert not hasattr(Tensor(1), "__dict__")


def test_pickle_and_copy() -> None:
    """A record survives pickling and copying."""
    span = Span("a.yaml", 1, 2, 3, 4)
    assert pickle.loads(pickle.dumps(span)) == copy.deepcopy(span) == span
    assert type(copy.copy(span)) is Span
