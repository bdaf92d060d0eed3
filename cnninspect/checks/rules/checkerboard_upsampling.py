"""A transposed convolution covers its outputs unevenly, which shows as a checkerboard.

Where the kernel is not a multiple of the stride, some outputs get more taps than their neighbours, in a pattern that
repeats with the stride, and learning has to undo it. Pictures and masks come out with a visible grid.

Source: Odena, Dumoulin and Olah 2016, "Deconvolution and Checkerboard Artifacts", Distill, doi 10.23915/distill.00003.

Bad:

```yaml
input: [16, 8, 8]
layers:
  - conv_transpose: {out: 8, kernel: 3, stride: 2, padding: 1, output_padding: 1}
  - relu
  - conv: {out: 3, kernel: 3, padding: 1}
```

Good:

```yaml
input: [16, 8, 8]
layers:
  - conv_transpose: {out: 8, kernel: 4, stride: 2, padding: 1}
  - relu
  - conv: {out: 3, kernel: 3, padding: 1}
```
"""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.structure import Known
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding, Window

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("weights"):
        window = one.facts.window
        if window is None or not window.transposed:
            continue
        for axis, (kernel, stride, dilation) in enumerate(
            zip(window.kernel, window.stride, window.dilation, strict=True)
        ):
            # Tap t reaches the outputs t · dilation beyond a multiple of the stride: count the taps of each remainder.
            taps = [sum(tap * dilation % stride == place for tap in range(kernel)) for place in range(stride)]
            if min(taps) != max(taps):
                yield subject.finding(
                    one.node,
                    f"outputs of '{one.node.name}' get {min(taps)} or {max(taps)} taps in turn: kernel {kernel} is no "
                    f"multiple of stride {stride}" + (f" with dilation {dilation}" if dilation > 1 else ""),
                    help=_help(one, window, axis),
                    option="kernel",
                )
                break


def _help(one: Known, window: Window, axis: int) -> str:
    """The next kernel that reaches all alike, and how the map keeps its size with it."""
    kernel, stride, dilation = window.kernel[axis], window.stride[axis], window.dilation[axis]
    before, after = window.pads[axis]
    if gcd(dilation, stride) > 1:
        return f"no kernel reaches all outputs with dilation {dilation}: leave it out, or upsample and convolve"
    better = -(-kernel // stride) * stride
    plain = (one.x[axis + 1] - 1) * stride - before - after + dilation * (kernel - 1) + 1
    added, more = one.y[axis + 1] - plain, (better - kernel) * dilation
    size = ""
    if before == after and getattr(one.layer, "padding", None) != "same":  # which keeps the size by itself
        left = added - more if added >= more else (added + more) % 2
        padding = before + (more - added + left) // 2
        size = f", and the same size with padding: {padding}, output_padding: {left}"
    return f"kernel: {better} gives each the same number{size}; or upsample and convolve"
