"""A softmax has a single element to share out, so that it always says 1.

Shares of one element sum to 1 by being 1: the output is constant, no gradient passes, and the network learns nothing
from it. Two classes are told by one unit with a sigmoid (and binary cross-entropy), or by two with a softmax. On a map
the axis may be the wrong one: shares are taken along the channels unless the layer says otherwise. Cross-entropy makes
shares itself: of a single score its loss is always 0.

Source: the definition, y = exp(x) / exp(x) = 1; Nikanjam et al. 2021, arXiv 2105.08095, finds it in programs that people
asked about on Stack Overflow (45378493, 51749207).

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 1
  - softmax
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 1
  - sigmoid
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("activation"):
        if one.layer.shared_among(one.x) == 1:
            yield subject.finding(
                one.node,
                f"'{one.node.name}' has one element to share out: whatever it is given, its output is constant",
                help="two classes take one unit with a sigmoid, or two units with a softmax",
            )
    if subject.loss == "cross_entropy":
        for one in subject.last_layers:
            if product(one.y) == 1 and one.layer.gives == "scores":  # of shares other rules speak
                yield subject.finding(
                    one.node,
                    f"'{one.node.name}' gives one score: its share is always 1, and cross-entropy of it always 0",
                    help="write loss: binary under training, or let it give one score for each class",
                )
