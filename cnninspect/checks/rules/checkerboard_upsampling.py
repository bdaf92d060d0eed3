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

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("weights"):
        window = one.facts.window
        if window is None or not window.transposed:
            continue
        for kernel, stride, dilation in zip(window.kernel, window.stride, window.dilation, strict=True):
            # Tap t reaches the outputs t · dilation beyond a multiple of the stride: count the taps of each remainder.
            taps = [sum(tap * dilation % stride == place for tap in range(kernel)) for place in range(stride)]
            if min(taps) != max(taps):
                better = -(-kernel // stride) * stride
                yield subject.finding(
                    one.node,
                    f"outputs of '{one.node.name}' get {min(taps)} or {max(taps)} taps in turn: kernel {kernel} is no "
                    f"multiple of stride {stride}" + (f" with dilation {dilation}" if dilation > 1 else ""),
                    help=f"kernel: {better} gives each the same number; or upsample and convolve",
                    option="kernel",
                )
                break
