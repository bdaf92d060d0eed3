"""How views, copies and what layers make lie in memory, against torch's own strides."""

from __future__ import annotations

from itertools import permutations
from math import prod
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnninspect.passes import strides
from tests.support.budget import EXAMPLES

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch")

torch.set_num_threads(1)
SIZES = st.sampled_from([1, 1, 2, 3, 4, 6])


@st.composite
def tensors(draw: st.DrawFn, rank: int | None = None, shape: tuple[int, ...] = ()) -> Tensor:
    """A tensor that lies in any order, with gaps or stretched along an axis."""
    if not shape:
        count = draw(st.integers(1, 4)) if rank is None else rank
        shape = (2, *[draw(SIZES) for _ in range(count)])
    order = [0, *draw(st.permutations(range(1, len(shape))))]
    steps = [draw(st.sampled_from([1, 1, 1, 2])) for _ in shape]
    steps[0] = 1
    whole = [shape[axis] * steps[axis] + draw(st.sampled_from([0, 0, 1])) for axis in order]
    tensor = torch.zeros(whole).permute([order.index(axis) for axis in range(len(shape))])
    found: Tensor = tensor[tuple(slice(0, n * step, step) for n, step in zip(shape, steps, strict=True))]
    return found


@settings(max_examples=3 * EXAMPLES, deadline=None)
@given(tensor=tensors(), data=st.data())
def test_a_view_is_one_where_torch_makes_one(tensor: Tensor, data: st.DataObject) -> None:
    """Other sizes of a tensor are a view, and lie as stated, exactly where torch does not copy."""
    left, sizes = prod(tensor.shape[1:]), [2]
    while left > 1 and len(sizes) < 5:
        sizes.append(data.draw(st.sampled_from([n for n in range(1, left + 1) if left % n == 0])))
        left //= sizes[-1]
    new = (*sizes, left)
    found = strides.viewed(tuple(tensor.shape), tensor.stride(), new)
    made = tensor.reshape(new)
    same = made.untyped_storage().data_ptr() == tensor.untyped_storage().data_ptr()
    assert (found is not None) == same
    assert found == made.stride() or not same


@settings(max_examples=3 * EXAMPLES, deadline=None)
@given(tensor=tensors(), data=st.data())
def test_what_is_made_element_by_element(tensor: Tensor, data: st.DataObject) -> None:
    """A sum and a rectified map lie as stated, whatever is stretched."""
    shape = tuple(n if data.draw(st.booleans()) else 1 for n in tensor.shape[1:])
    other = data.draw(tensors(shape=(2, *shape)))
    one, two = ((tuple(each.shape), each.stride()) for each in (tensor, other))
    full = tuple(tensor.shape)
    assert strides.joined(full, (one,)) == tensor.relu().stride()
    assert strides.joined(full, (one, two)) == (tensor + other).stride()
    assert strides.joined(full, (two, one)) == (other + tensor).stride()


@pytest.mark.parametrize("shape", [(2, 3, 1, 3), (2, 1, 3, 1), (1, 3, 3, 1), (3, 1, 1, 2)])
def test_axes_that_one_input_does_not_tell_apart(shape: tuple[int, ...]) -> None:
    """Stretched axes, and axes of one element, are put in torch's order by what the other input says, or by their sizes."""
    for order in permutations(range(4)):
        turned = torch.zeros([shape[axis] for axis in order]).permute([order.index(axis) for axis in range(4)])
        for axis in range(4):
            other = turned.narrow(axis, 0, 1).expand(shape)
            laid = [(tuple(one.shape), one.stride()) for one in (other, turned)]
            assert strides.joined(shape, (laid[0], laid[1])) == (other + turned).stride()
            assert strides.joined(shape, (laid[0], laid[0])) == (other + other).stride()


@settings(max_examples=3 * EXAMPLES, deadline=None)
@given(tensor=tensors(), channels=st.integers(1, 3))
def test_channels_that_lie_last(tensor: Tensor, channels: int) -> None:
    """A conv makes a map with the channels last exactly where it is given one."""
    assume(tensor.dim() in (4, 5))
    shape = tuple(tensor.shape)
    form = torch.channels_last if tensor.dim() == 4 else torch.channels_last_3d
    made = torch.nn.functional.interpolate(tensor, scale_factor=2)
    last = strides.has_channels_last(shape, tensor.stride())
    wanted = (strides.channels_last if last else strides.straight)(tuple(made.shape))
    assert made.stride() == wanted
    empty = (2, channels, *shape[2:])
    assert strides.channels_last(empty) == torch.empty(empty).to(memory_format=form).stride()
