"""All weights of a layer begin alike, so that its units stay alike.

Units with equal weights make equal outputs and get equal gradients: however many there are, they count as one.
Random weights tell them apart. Zeros are right for a layer whose output is a correction that begins with nothing: the
last one of a branch or of a head; not where an activation follows.

Source: Goodfellow, Bengio and Courville, Deep Learning, section 8.4; Nikanjam et al. 2021, arXiv 2105.08095.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
    init: 0.01
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
    init: {normal: 0.01}
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

    from cnninspect.checks.structure import Known
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"
BETWEEN = ("norm", "noise", "view")


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("weights"):
        if not one.node.init or one.made == 1:
            continue
        for start in one.node.init:
            if start.how == "constant" and start.weight.rpartition(".")[2] == "weight":
                if start.number or _bends(subject, one):
                    yield subject.finding(
                        one.node,
                        f"every weight of '{one.node.name}' begins as {start.number:g}: its {one.made:,} units stay alike",
                        help="begin at random: init: kaiming, or {normal: 0.01}",
                    )
                break


def _bends(subject: Subject, one: Known) -> bool:
    """Whether an activation follows, so that what it makes is no correction that may begin with nothing."""
    following = subject.skip_after(one.index, BETWEEN)
    return following is not None and following.role == "activation"
