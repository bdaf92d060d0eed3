"""Most layers with windows come after every unit sees the whole input.

Beyond that point a window combines what has been combined before and adds no context. Such layers were found to
contribute little: classifiers trained on their outputs do no better than on the outputs before them, and networks
without them are as accurate and cheaper. It depends on the input: a network for 224×224 that is given 32×32 images
has nearly all its layers there. A larger input, later strides or fewer layers put them to work.

Source: Richter, Byttner, Krumnack, Schallner and Shenk 2021, "Size matters", arXiv 2102.01582, and "Should you go
deeper?", arXiv 2106.12307.

Bad:

```yaml
input: [3, 8, 8]
layers:
  - {conv: {out: 16, kernel: 5, padding: 2, bias: false}}
  - batch_norm
  - relu
  - sequence: [conv: {out: 16, kernel: 3, padding: 1, bias: false}, batch_norm, relu]
    repeat: 6
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 32, 32]
layers:
  - {conv: {out: 16, kernel: 5, padding: 2, bias: false}}
  - batch_norm
  - relu
  - sequence: [conv: {out: 16, kernel: 3, padding: 1, bias: false}, batch_norm, relu]
    repeat: 6
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

SEVERITY = "note"
FEWEST = 4
"""Layers with windows that a network has at least before anything is said of most of them."""


def check(subject: Subject) -> Iterator[Finding]:
    learning = subject.learning
    if len(learning) < FEWEST or len(subject.graph.inputs) > 1 or len(subject.graph.inputs[0].shape) == 1:
        return
    seen = [_seen(subject, one) for one in learning]
    unknown = seen.count(None)
    if 2 * (seen.count(True) + unknown) <= len(learning) or (unknown and not subject.followed):
        return
    found = [
        one
        for one, all_ in zip(learning, seen, strict=True)
        if _slides(one) and (_exactly(subject, one) if all_ is None else all_)
    ]
    if 2 * len(found) > len(learning):
        size = "×".join(map(str, subject.graph.inputs[0].shape[1:]))
        yield subject.finding(
            found[0].node,
            f"from '{found[0].node.name}' on {len(found)} of {len(learning)} layers slide windows over what has seen all {size} cells",
            help="a larger input, later strides or fewer layers: cnninspect rf lists them and the input sizes that suit",
        )


def _slides(one: Known) -> bool:
    """Whether a window larger than 1 takes more than one position on some axis."""
    return any(kernel > 1 < size for kernel, size in zip(one.window.kernel, one.y[1:], strict=False))


def _seen(subject: Subject, one: Known) -> bool | None:
    """Whether what a layer reads has seen the whole input; None where that is not known quickly."""
    reach = subject.reaches[one.above]
    if reach is None:
        return None
    for size, n in zip(reach[0], subject.graph.inputs[0].shape[1:], strict=True):  # noqa: SIM110 - twice as fast
        if size < n:
            return False
    return True


def _exactly(subject: Subject, one: Known) -> bool:
    """The same, by its receptive field."""
    field = subject.field(one.node.inputs[0].node)
    sizes = subject.graph.inputs[0].shape[1:]
    return field is not None and all(
        whole or most >= n for whole, most, n in zip(field.whole, field.most, sizes, strict=True)
    )
