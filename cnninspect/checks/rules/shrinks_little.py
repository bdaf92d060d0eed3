"""A large map is flattened: the layers above have hardly reduced it.

Each layer works at nearly the size of the input, which is where time and memory go, units see little of it, and the
linear layer has a weight for each of its cells. Classifiers reduce a picture 16 to 32 times on a side before they decide.

Source: Nikanjam et al. 2021, arXiv 2105.08095 (too little down-sampling); Araujo et al. 2019,
doi 10.23915/distill.00021 (receptive fields grow with the strides).

Bad:

```yaml
input: [3, 64, 64]
layers:
  - conv: {out: 4, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - conv: {out: 4, kernel: 3, padding: 1}
  - relu
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 64, 64]
layers:
  - conv: {out: 4, kernel: 3, padding: 1}
  - relu
  - max_pool: 4
  - conv: {out: 4, kernel: 3, padding: 1}
  - relu
  - max_pool: 4
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

SEVERITY = "note"


LEAST = 4
"""The reduction on an axis below which it is little."""
SMALLEST = 32
"""Inputs below that are small themselves."""


def check(subject: Subject) -> Iterator[Finding]:
    if len(subject.graph.inputs) != 1:
        return
    sizes = subject.graph.inputs[0].shape[1:]
    if min(sizes, default=0) < SMALLEST:
        return
    for one in subject.having("view"):
        if len(one.x) != len(sizes) + 1 or len(one.y) != 1 or one.x[1] * LEAST <= sizes[0]:
            continue
        below = subject.skip_after(one.index, ("noise", "view"))
        if below is None or below.role != "weights" or len(below.x) != 1:
            continue
        if all(now * LEAST > size for size, now in zip(sizes, one.x[1:], strict=True)):
            yield subject.finding(
                one.node,
                f"'{one.node.name}' lays out a {'x'.join(map(str, one.x[1:]))} map of a {'x'.join(map(str, sizes))} input",
                help=f"pools or strides above it make '{below.node.name}' and all layers smaller",
            )
