"""An even kernel is padded alike on both sides, so that the map changes its size and moves by half a cell.

With stride 1 a kernel of k cells keeps the size where k − 1 cells are padded in all. For an even k that is an odd
number, which two equal sides cannot make: the map grows or shrinks by one, and every output lies half a cell beside
the input that it is about. `same` pads one more cell behind and keeps the size. (With an even stride two equal sides
are right: kernel 4, stride 2, padding 1 halves a map exactly.)

Source: Wu et al. 2019, "Convolution with even-sized kernels and symmetric padding", arXiv 1903.08385, measures the
shift and what it costs.

Bad:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out: 16, kernel: 4, padding: 2}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out: 16, kernel: 4, padding: same}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.padded:
        window = one.window
        for axis, (kernel, stride, dilation) in enumerate(
            zip(window.kernel, window.stride, window.dilation, strict=True)
        ):
            before, after = window.pads[axis]
            reach = dilation * (kernel - 1)
            if before == after > 0 and stride % 2 and reach % 2 and len(one.y) > axis + 1:
                yield subject.finding(
                    one.node,
                    f"'{one.node.name}' has the even kernel {kernel} and {before} of padding on both sides: the map moves by half a cell",
                    notes=(f"{one.x[axis + 1]} cells become {one.y[axis + 1]}",),
                    help="write padding: same, or make the kernel odd" if stride == 1 else "make the kernel odd",
                    option="padding",
                )
                break
