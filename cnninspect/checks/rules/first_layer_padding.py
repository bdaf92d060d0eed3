"""The padding of the first layer does not match its kernel.

A window keeps the size with half its kernel as padding, and looks at pixels alone without any. Anything between the
two is right only where it makes the windows end with the image, as 2 does for AlexNet's 11×11 and stride 4 on 224:
(224 + 4 − 11) / 4 leaves nothing of the image over. With 1 instead, a row of zeros is read on one side and two rows of
pixels on the other are not. Later layers make up for such a mistake; what the first one does not see is lost. Padding
that a crop takes off again, as in causal convolutions, is left alone.

Source: the window arithmetic itself (Dumoulin and Visin 2016, arXiv 1603.07285); the figures of AlexNet from
Krizhevsky 2014, arXiv 1404.5997, as torchvision has it.

Bad:

```yaml
input: [3, 14, 14]
layers:
  - conv: {out: 16, kernel: 7, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 14, 14]
layers:
  - conv: {out: 16, kernel: 7, padding: 3}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.dropped import leftovers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.structure import Known
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"
PREPARING = ("", "view", "norm")
"""Roles of what may stand between the image and the first layer that looks at it."""


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.padded:
        if one.role == "weights" and _first(subject, one) and not _cut(subject, one):
            found = next((axis for axis in range(len(one.window.kernel)) if _odd(one, axis)), None)
            if found is not None:
                yield _finding(subject, one, found)


def _first(subject: Subject, one: Known) -> bool:
    """Whether nothing has looked at the image before."""
    above = one.node.inputs[0]
    while above.node >= 0:
        known = subject.known[above.node]
        if known is None or known.role not in PREPARING:
            return False
        above = known.node.inputs[0]
    return True


def _cut(subject: Subject, one: Known) -> bool:
    """Whether what the padding adds is cut off again, as a causal convolution does."""
    below = subject.after(one.index)
    return (
        below is not None
        and below.role in ("view", "resize")
        and len(below.y) == len(one.y)
        and below.y[1:] == one.x[1:]
    )


def _odd(one: Known, axis: int) -> bool:
    """Whether the padding of one axis is neither none nor half, and does not make the windows end with the image."""
    window = one.window
    extent = window.dilation[axis] * (window.kernel[axis] - 1) + 1
    before, after = window.pads[axis]
    if before != after or not 0 < before < extent or before == extent // 2 or not extent % 2:
        return False  # none, same, half; beyond the kernel and even kernels are other rules'
    lost = leftovers(one.facts, one.x)
    return window.stride[axis] == 1 or (bool(lost) and lost[axis].real > 0)


def _finding(subject: Subject, one: Known, axis: int) -> Finding:
    window = one.window
    kernel, padding, size, made = window.kernel[axis], window.pads[axis][0], one.x[axis + 1], one.y[axis + 1]
    lost = leftovers(one.facts, one.x)[axis]
    half = window.dilation[axis] * (kernel - 1) // 2
    if lost.real > 0:
        note = f"{padding} of padding is read in front, and the last {lost.real} of {size} cells are not read"
    else:
        note = f"{size} cells become {made}: neither all {size} nor the {size - 2 * half} without padding"
    return subject.finding(
        one.node,
        f"the padding {padding} of the first layer does not match its kernel {kernel}",
        notes=(note,),
        help=f"write padding: {half} (half of the kernel), or none",
        option="padding",
    )
