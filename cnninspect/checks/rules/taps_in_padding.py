"""Taps of a kernel lie in the padding wherever the window stands.

Where a map has become smaller than the kernel, or its taps lie far apart, a part of the kernel never meets the
image: on a 1×1 map eight of the nine weights of a padded 3×3 convolution multiply zeros. They are stored, moved and
multiplied, get no gradient, and the layer is in truth a smaller one. Mostly the input is smaller than the network was
made for, or one down-sampling more than was meant stands above.

Source: Chen et al. 2017, arXiv 1706.05587, section 3.3: as the rate of a dilated convolution grows towards the size of
the map, "the 3×3 filter degenerates to a simple 1×1 filter".

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 5, padding: 2}
  - relu
  - max_pool: 6
  - conv: {out: 32, kernel: 3, padding: 1}
  - relu
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 5, padding: 2}
  - relu
  - max_pool: 6
  - conv: {out: 32, kernel: 1}
  - relu
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding, Shape, Window

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.windows:
        if one.role != "weights" or one.node.shares is not None:
            continue
        window = one.window
        if _large(one.x, window) or not any(map(any, window.pads)):
            continue
        taps = [
            _used(size, out, *sides)
            for size, out, sides in zip(
                one.x[1:],
                one.y[1:],
                zip(window.kernel, window.stride, window.dilation, window.pads, strict=True),
                strict=True,
            )
        ]
        used, every = product(map(len, taps)), product(window.kernel)
        if used == every:
            continue
        kernel, size = ("x".join(map(str, sides)) for sides in (window.kernel, one.x[1:]))
        weight = one.facts.weights.get("weight")
        lost = f"{product(weight) // every * (every - used):,} weights only ever multiply zeros" if weight else ""
        yield subject.finding(
            one.node,
            f"'{one.node.name}' slides a {kernel} window over a {size} map: {every - used} of its {every} taps see only padding",
            notes=[lost] if lost else [],
            help=f"{_smaller(window, taps)}a larger input or one down-sampling less above gives the whole kernel "
            "something to see",
            option="kernel",
        )


@lru_cache(maxsize=4096)  # networks slide few different windows over few different maps
def _large(x: Shape, window: Window) -> bool:
    """Whether the map is so large that every tap meets it: by the extent, the padding and one step."""
    for size, kernel, stride, dilation, pads in zip(x[1:], *window[:4], strict=True):
        if size < dilation * (kernel - 1) + 1 + max(pads) + stride:
            return False
    return True


def _used(size: int, out: int, kernel: int, stride: int, dilation: int, pads: tuple[int, int]) -> list[int]:  # noqa: PLR0913 - one axis of a window
    """The taps of one axis that meet the map somewhere."""
    found = []
    for tap in range(kernel):
        first = tap * dilation - pads[0]
        places = (*range(min(out, 2)), *_near(first, stride, out))
        if any(0 <= first + place * stride < size for place in places):
            found.append(tap)
    return found


def _smaller(window: Window, taps: Sequence[list[int]]) -> str:
    """The kernel of the taps that see something, and its padding; empty where there is none of that kind."""
    if not all(taps):  # nothing is seen at all
        return ""
    pads = []
    for used, kernel, dilation, (before, after) in zip(taps, window.kernel, window.dilation, window.pads, strict=True):
        left = before - used[0] * dilation, after - (kernel - 1 - used[-1]) * dilation
        if min(left) < 0 or used[-1] - used[0] + 1 > len(used):
            return ""
        pads.append(left)
    if len(set(pads)) == 1 and pads[0][0] == pads[0][1]:
        padding = str(pads[0][0])
    else:
        padding = f"[{', '.join([f'[{before}, {after}]' for before, after in pads])}]"
    return f"a kernel of {'x'.join([str(len(used)) for used in taps])} with padding: {padding} computes the same here; "


def _near(first: int, stride: int, out: int) -> tuple[int, ...]:
    """The first position at which a tap is no longer before the map, if there is one."""
    place = -(first // stride) if first < 0 else 0
    return (place,) if 0 <= place < out else ()
