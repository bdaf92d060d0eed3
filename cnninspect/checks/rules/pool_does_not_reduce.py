"""A pool has a stride of 1 on the only way through the network, so that the map stays as large as it was.

Pools are there to make maps smaller. One of stride 1 blurs (or spreads maxima) at full size and full cost; in a branch
beside others that is the inception block's pool, on the trunk it is mostly a stride that was forgotten: here
the default stride is the kernel, in Keras too, in other frameworks it is 1. Before a blur of each channel that strides, which is
anti-aliased pooling, it is meant.

Source: Nikanjam et al. 2021, arXiv 2105.08095; Szegedy et al. 2014, arXiv 1409.4842 (pools in parallel branches);
Zhang 2019, arXiv 1904.11486 (anti-aliased pooling).

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2, stride: 1}
  - conv: {out: 32, kernel: 3, padding: 1}
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
  - max_pool: {kernel: 2, stride: 2}
  - conv: {out: 32, kernel: 3, padding: 1}
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


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("pool"):
        window = one.facts.window
        if window is None or max(window.stride) > 1 or "stride" not in one.layer.schema_options:
            continue
        if any(size == 1 < was for size, was in zip(one.y[1:], one.x[1:], strict=True)):
            continue
        if len(subject.readers(one.node.inputs[0])) > 1 or one.index not in _trunk(subject):
            continue
        if max(window.kernel) > 1 and _thinned(subject, one):
            continue
        alone = max(window.kernel) == 1
        yield subject.finding(
            one.node,
            f"the pool '{one.node.name}' looks at single positions: it changes nothing"
            if alone
            else f"the pool '{one.node.name}' has stride 1: {'x'.join(map(str, one.x[1:]))} becomes "
            f"{'x'.join(map(str, one.y[1:]))}",
            help="give it a kernel and a stride, or remove it"
            if alone
            else f"stride: {max(window.kernel)} makes the map smaller; leave stride out for the same",
            option="kernel" if alone else "stride",
        )


def _thinned(subject: Subject, one: Known) -> bool:
    """Whether a layer that keeps channels apart, behind a border if need be, strides over what a pool makes."""
    below = subject.skip_after(one.index, ("resize",))
    if below is None or below.facts.window is None or below.window.transposed or max(below.window.stride) == 1:
        return False
    weight = below.facts.weights.get("weight")
    return below.role == "pool" or (weight is not None and weight[1] == 1 < below.x[0])


def _trunk(subject: Subject) -> set[int]:
    """The layers that everything goes through: after one of them nothing older is read."""
    last = [max(readers, default=-1) for readers in subject.read_by]
    found: set[int] = set()
    reach = max(last[len(subject.nodes) :])  # the network's own inputs
    for index in range(len(subject.nodes)):
        if reach <= index:
            found.add(index)
        reach = max(reach, last[index], index)
    return found
