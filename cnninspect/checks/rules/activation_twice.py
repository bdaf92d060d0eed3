"""Two activations follow each other with nothing between them that learns.

A second rectifier changes nothing, sigmoid of a rectified value only knows 0.5 and above, softmax after relu cannot
tell the negative scores apart. Nearly always a line was copied, or a block ends with the activation that its caller adds.

Source: Nikanjam et al. 2021, arXiv 2105.08095 (redundant stacked layers).

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
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


BETWEEN = ("noise", "view")


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("activation"):
        below = subject.skip_after(one.index, BETWEEN)
        if below is None or below.role != "activation" or len(below.node.inputs) > 1:
            continue
        same = below.layer.name == one.layer.name
        yield subject.finding(
            below.node,
            f"'{below.node.name}' ({below.layer.name}) bends again what '{one.node.name}' ({one.layer.name}) has bent",
            help="remove one of the two" if same else f"remove one of the two: mostly {one.layer.name}, the first",
        )
