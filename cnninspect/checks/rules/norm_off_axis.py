"""A normalisation works along one axis, and the linear layers that read it along another.

A linear layer combines the last axis, the features of each token or row, as torch's does. A layer norm without options
normalises the first one, the channels of each position, as the maps of convolutions have them. Behind a permute that
puts the features last the two part: each feature is normalised over the tokens, and a token sees what is behind it. The
shapes fit, and nothing else complains. `layer_norm: 1` normalises the features, as torch's LayerNorm(features) does.

Source: Ba et al. 2016, arXiv 1607.06450, and Dosovitskiy et al. 2020, arXiv 2010.11929, normalise the features of each token.

Bad:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out: 32, kernel: 8, stride: 8}
  - flatten: {start: 2}
  - permute: [0, 2, 1]
  - layer_norm
  - linear: 64
  - gelu
  - mean: 1
  - linear: 10
```

Good:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out: 32, kernel: 8, stride: 8}
  - flatten: {start: 2}
  - permute: [0, 2, 1]
  - layer_norm: 1
  - linear: 64
  - gelu
  - mean: 1
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
PASSING = ("noise", "")
"""Roles of what may stand between the two."""


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("norm"):
        if len(one.x) == 1 or one.layer.mixes(one.x) != 0:
            continue
        above = subject.skip_before(one.index, ("activation", "norm", "noise", ""))
        if above is not None and above.facts.window is not None:
            continue  # the map of a convolution: linear-on-map tells
        below = _reader(subject, one)
        if below is not None:
            rows, features = one.x[0], one.x[-1]
            yield subject.finding(
                one.node,
                f"'{one.node.name}' normalises over {rows} rows, and '{below.node.name}' combines the {features} features of each",
                help=f"write {one.layer.name}: 1, which normalises the features of each row",
            )


def _reader(subject: Subject, one: Known) -> Known | None:
    """The first of the layers that read it, where all combine the last axis."""
    found: list[Known] = []
    open_ = [one.index]
    while open_:
        for index in subject.read_by[open_.pop()]:
            below = subject.known[index]
            if below is not None and below.x == below.y and (below.role in PASSING or _named(below)):
                open_.append(index)
            elif below is None or below.role != "weights" or below.axis != len(below.x) - 1:
                return None
            else:
                found.append(below)
    return min(found, key=lambda below: below.index) if found else None


def _named(one: Known) -> bool:
    """Whether it only gives what it reads a name, as an identity does."""
    return one.role == "view" and one.layer.carries(one.x)
