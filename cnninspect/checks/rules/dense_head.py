"""A linear layer on a flattened map holds most parameters of the network.

A weight for each cell and each output: VGG-16 has 89 % of its parameters in its three linear layers, 74 % in the first.
It ties the network to one input size, is most of what a download moves, and is what dropout is then put there for.
Averaging the map first leaves one weight for each channel.

Source: Lin, Chen and Yan 2013, arXiv 1312.4400, section 3.2 (global average pooling in place of linear layers).

Bad:

```yaml
input: [3, 12, 12]
layers:
  - conv: {out: 64, kernel: 5, padding: 2}
  - relu
  - max_pool: 2
  - flatten
  - linear: 64
  - relu
  - linear: 10
```

Good:

```yaml
input: [3, 12, 12]
layers:
  - conv: {out: 64, kernel: 5, padding: 2}
  - relu
  - max_pool: 2
  - global_avg_pool
  - flatten
  - linear: 64
  - relu
  - linear: 10
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "note"


FEWEST = 50_000
"""Parameters below which it does not matter."""


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("weights"):
        if one.facts.window is not None:
            continue
        weight = one.facts.weights.get("weight")
        if weight is None or one.node.shares is not None or product(weight) < FEWEST:
            continue
        above = subject.before(one.index)
        while above is not None and above.role in ("noise", "view") and len(above.x) == 1:
            above = subject.before(above.index)
        if above is None or above.role != "view" or len(above.x) < 2 or len(above.y) != 1:  # noqa: PLR2004
            continue
        cells = product(above.x[1:])
        if cells == 1:
            continue
        total = sum(product(shape) for own in subject.own_weights for shape in own)
        if 2 * product(weight) <= total:
            continue
        left = product(weight) // cells
        yield subject.finding(
            one.node,
            f"'{one.node.name}' holds {100 * product(weight) / total:.0f}% of all parameters, one for each cell of a "
            f"{'x'.join(map(str, above.x[1:]))} map",
            notes=(f"{product(weight):,} of {total:,} parameters",),
            help=f"global_avg_pool before flatten would leave {left:,} and save {product(weight) - left:,}",
        )
