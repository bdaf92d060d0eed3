"""A linear layer between others makes more values than it is given.

In a classifier's head each layer sums up: from many features to few, to the classes. A layer that spreads them again
knows nothing of the image that its input does not hold, and its parameters grow with its width. With an activation behind
it, it can still be worth them, which only a trial shows. Left alone are networks that make pictures from a vector, and
heads with more classes than the layer has inputs, as MobileNetV3's, which widens 576 values to 1,024 for 1,000 classes.

Source: Nikanjam et al. 2021, arXiv 2105.08095: units of dense layers should not grow towards the output.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 64
  - relu
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 16
  - relu
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

SEVERITY = "note"
BETWEEN = ("activation", "norm", "noise")


def check(subject: Subject) -> Iterator[Finding]:
    layers = [one for one in subject.having("weights") if len(one.x) == 1]
    wider = [one for one in layers if one.y[0] > one.x[0]]
    if not wider or all(len(given.shape) == 1 for given in subject.graph.inputs):
        return
    following = {one.index: _following(subject, one) for one in layers}
    classes: dict[int, int] = {}  # what the head that a layer stands in ends with
    for one in reversed(layers):
        below = following[one.index]
        classes[one.index] = one.y[0] if below is None else classes[below.index]
    for one in wider:
        below = following[one.index]
        if below is not None and below.y[0] <= one.y[0] and classes[one.index] <= one.x[0]:
            yield subject.finding(
                one.node,
                f"'{one.node.name}' makes {one.y[0]} values of {one.x[0]}, and '{below.node.name}' {below.y[0]} of them",
                help=f"{one.x[0]} or fewer are usual: try whether the wider layer is worth its parameters",
                option=next(iter(one.layer.schema_options)),
            )


def _following(subject: Subject, one: Known) -> Known | None:
    """The next layer of the head, if it has one more."""
    below = subject.skip_after(one.index, BETWEEN)
    return below if below is not None and below.role == "weights" and len(below.x) == 1 else None
