"""The last rows or columns of a map are read by no window.

Where the size, less the kernel, is no multiple of the stride, the windows end before the map does: (n + 2p − ke) mod s
rows are left over, of which those that are padding do not matter. The border is seen less than the rest, and a
network that was tuned at one size drops something else at another. A ceiling instead of a floor, or another padding,
reads them; `cnninspect limits` lists the input sizes at which nothing is left over.

Source: the window arithmetic itself (Dumoulin and Visin 2016, arXiv 1603.07285, relationship 6).

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, stride: 2}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, stride: 2, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cnninspect.passes.dropped import leftovers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.structure import Known
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding, Shape, Window

SEVERITY = "note"
AXES = ("planes", "rows", "columns")


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.windows:
        if max(one.window.stride) > 1 and _may_lose(one.x, one.window):
            found = next(((axis, rows) for axis, rows in enumerate(_lost(subject, one)) if rows > 0), None)
            if found is not None:
                yield _finding(subject, one, *found)


@lru_cache(maxsize=4096)  # networks slide few different windows over few different maps
def _may_lose(x: Shape, window: Window) -> bool:
    """Whether more is left over on some axis than the padding behind, were sizes rounded down.

    Where the stride is larger than the kernel rows are lost everywhere, which is another rule's.
    """
    sizes = zip(x[1:], *window[:4], strict=False)
    return any(
        kernel >= stride and (n + before + after - dilation * (kernel - 1) - 1) % stride > after
        for n, kernel, stride, dilation, (before, after) in sizes
    )


def _finding(subject: Subject, one: Known, axis: int, rows: int) -> Finding:
    size, kernel, stride = one.x[axis + 1], one.window.kernel[axis], one.window.stride[axis]
    names = AXES[-(len(one.x) - 1) :] if len(one.x) > 2 else ("positions",)  # noqa: PLR2004 - a map has rows
    what = f"{rows} of {size}" if rows > 1 else f"of {size}"
    more = stride - leftovers(one.facts, one.x)[axis].cells
    rounds = ", or rounding: ceil," if "rounding" in one.layer.schema_options else ""
    return subject.finding(
        one.node,
        f"'{one.node.name}' never reads the last {what} {names[axis]}",
        notes=(f"kernel {kernel}, stride {stride}, padding {' and '.join(map(str, one.window.pads[axis]))}",),
        help=f"{more} more cell{'s' if more > 1 else ''} of padding behind{rounds} would read {'them' if rows > 1 else 'it'}",
    )


def _lost(subject: Subject, one: Known) -> list[int]:
    """On each axis where windows meet the rows that neither this layer nor another reader of the same map reads."""
    lost = [left.real for left in leftovers(one.facts, one.x)]
    for axis, (kernel, stride) in enumerate(zip(one.window.kernel, one.window.stride, strict=True)):
        if kernel < stride and lost:
            lost[axis] = 0
    if max(lost, default=0) <= 0:
        return lost
    for index in subject.readers(one.node.inputs[0]):
        other = subject.known[index]
        left = leftovers(other.facts, other.x) if other is not None else ()
        lost = [min(pair) for pair in zip(lost, [side.real for side in left], strict=False)] if left else []
    return lost
