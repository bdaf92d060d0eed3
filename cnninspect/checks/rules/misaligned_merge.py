"""Two tensors that are joined cell by cell look at different places of the input.

Cell i of one is centred elsewhere in the image than cell i of the other, or moves on by another step, because of an
even kernel on one side only, padding on one side, a shortcut that samples the corner of each window, or upsampling
by repetition. The sum then mixes what is here with what is there, and convolutions after it have to undo the shift.
Causal branches of a sequence, which look back differently far and end at the same cell, are left alone.

Source: Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks", Distill, on
alignment; Zhang 2019, arXiv 1904.11486, on what shifts cost.

Bad:

```yaml
input: [3, 14, 14]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - add:
      main: [conv: {out: 16, kernel: 3}, relu, conv: {out: 16, kernel: 3}]
      skip: [crop: [[0, 4], [0, 4]]]
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 14, 14]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - add:
      main: [conv: {out: 16, kernel: 3}, relu, conv: {out: 16, kernel: 3}]
      skip: [crop: 2]
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
    from cnninspect.passes.field_checks import Misaligned
    from cnninspect.values import Finding

SEVERITY = "note"


def check(subject: Subject) -> Iterator[Finding]:
    merges = [one for one in subject.having("merge") if max(one.y[1:], default=1) > 1]
    if all(subject.reaches[one.index] is not None for one in merges) and len(subject.graph.inputs) == 1:
        return
    if not subject.followed:
        return
    from cnninspect.passes.field_checks import misaligned  # takes time to load

    told: set[int] = set()
    for apart in misaligned(subject.graph, through_gates=True, found=subject.flows):
        if apart.node in told or _causal(subject, apart):
            continue
        told.add(apart.node)
        node, (one, other) = subject.nodes[apart.node], apart.tensors
        names = f"'{subject.graph.tensor_name(one)}' and '{subject.graph.tensor_name(other)}'"
        if apart.jumps[0] != apart.jumps[1]:
            what = f"move {apart.jumps[0]:g} and {apart.jumps[1]:g} cells of the input from one place to the next"
        else:
            shift = abs(apart.centres[0] - apart.centres[1])
            what = f"look {shift:g} cell{'' if shift == 1 else 's'} of the input apart"
        yield subject.finding(
            node,
            f"{names}, which '{node.name}' joins, {what}",
            notes=(
                f"centres {apart.centres[0]:g} and {apart.centres[1]:g}, steps {apart.jumps[0]:g} and {apart.jumps[1]:g}",
            ),
            help="give both sides windows, strides and paddings of the same centre",
        )


def _causal(subject: Subject, apart: Misaligned) -> bool:
    """Whether both look back from the same cell of a sequence: what comes later neither may see."""
    sequence = len(subject.graph.inputs[apart.input].shape) == 2  # noqa: PLR2004 - channels and one axis
    return sequence and apart.jumps[0] == apart.jumps[1] and apart.ends[0] == apart.ends[1]
