"""A padding is as wide as the kernel, so that whole windows see nothing but padding.

With an extent of ke = dilation · (kernel − 1) + 1 and ke or more cells of padding on a side, the outermost outputs
read no pixel at all: a frame of constants that the next layer takes for image. torch refuses such pools and builds
such convolutions. A common case is a 1×1 convolution that kept the padding of the 3×3 one it replaces.

Source: the window arithmetic itself (Dumoulin and Visin 2016, arXiv 1603.07285: the widest padding of use is k − 1).

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - conv: {out: 32, kernel: 1, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - conv: {out: 32, kernel: 1}
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
        for kernel, stride, dilation, pads in zip(*window[:4], strict=True):
            extent = dilation * (kernel - 1) + 1
            if max(pads) >= extent:
                wide = f"{kernel} cell{'s' if kernel > 1 else ''}"
                wide += f" {dilation} apart, {extent} in all" if dilation > 1 else ""
                yield subject.finding(
                    one.node,
                    f"'{one.node.name}' has windows that see only padding: {max(pads)} on a side, and a kernel of {wide}",
                    help=_help(extent, stride),
                    option="padding",
                )
                break


def _help(extent: int, stride: int) -> str:
    """How much padding a window takes: half of it keeps the size where it steps by one and has a middle."""
    if extent == 1:
        return "remove the padding"
    half = f"; {extent // 2} keeps the size" if stride == 1 and extent % 2 else ""
    return f"pad at most {extent - 1}{half}"
