"""A dropout drops everything that it is given.

The rate is the share that is dropped: at 1 nothing gets through in training, so that nothing above learns, and at
inference the layers below are given what they have never seen. TensorFlow 1 asked for the share that is kept
(``keep_prob``), of which 1 means no dropout at all.

Source: torch.nn.Dropout, whose p is the probability of an element to be zeroed; tf.nn.dropout, where rate is 1 - keep_prob.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dropout: 1
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
  - dropout: 0.1
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
    for one in subject.having("noise"):
        if one.layer.silences:
            yield subject.finding(
                one.node,
                f"'{one.node.name}' drops all that it is given: in training nothing gets through",
                help="the rate is the share that is dropped, not the one that is kept; to drop nothing remove the layer",
                option="rate",
            )
