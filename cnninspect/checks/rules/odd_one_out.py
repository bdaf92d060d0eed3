"""One layer differs from all its siblings in an option or an activation, for no reason that shows.

Where a network uses one activation ten times and another once, or one epsilon in every norm but one, it is mostly a line
that was missed when the others were changed. Gates, and what follows the last layer with weights, are left out.

Source: the practice of reviews; torchvision's EfficientNets, for one, state the epsilon of their norms once for all.

Bad:

```yaml
input: [3, 20, 20]
blocks:
  unit:
    args: {act: silu}
    layers: [conv: {out: 16, kernel: 3, padding: 1}, $act]
layers:
  - {unit: , repeat: 3}
  - unit: relu
  - {unit: , repeat: 3}
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 20, 20]
blocks:
  unit:
    args: {act: silu}
    layers: [conv: {out: 16, kernel: 3, padding: 1}, $act]
layers:
  - {unit: , repeat: 7}
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
TOLD = ("eps", "momentum", "slope")
"""Options of which a network mostly has one value."""

FEWEST = 5
"""Siblings from which on there is a custom."""


def check(subject: Subject) -> Iterator[Finding]:
    for role in ("activation", "norm"):
        if len({id(one.layer) for one in subject.having(role)}) < 2:  # noqa: PLR2004 - the custom and the exception
            continue
        those = [one for one in subject.having(role) if _inner(subject, one)]
        kinds: dict[str, list[Known]] = {}
        for one in those:
            kinds.setdefault(one.layer.name, []).append(one)
        yield from _odd(subject, kinds, "it is")
        for name, same in kinds.items():
            options: dict[str, list[Known]] = {}
            for one in same:
                set_ = [f"{key}: {one.layer.__dict__[key]}" for key in one.layer.schema_options if key in TOLD]
                options.setdefault(", ".join(set_) or name, []).append(one)
            yield from _odd(subject, options, f"the {name} has")


def _odd(subject: Subject, kinds: dict[str, list[Known]], has: str) -> Iterator[Finding]:
    """The one that is of a kind of its own among many that are of one."""
    if len(kinds) != 2:  # noqa: PLR2004 - the custom and the exception
        return
    (rare, few), (usual, many) = sorted(kinds.items(), key=lambda kind: len(kind[1]))
    if len(few) == 1 and len(many) >= FEWEST:
        yield subject.finding(
            few[0].node,
            f"'{few[0].node.name}' is the only one: {has} {rare}, and {len(many)} others {usual}",
            help="make it like the others, if nothing else was meant",
        )


def _inner(subject: Subject, one: Known) -> bool:
    """Whether weights stand on both sides of a layer, and it is no gate."""
    below = subject.skip_after(one.index, ("noise", "view", "pool", "norm", "activation", "resize"))
    readers = subject.readers((one.index, 0))
    return (below is not None and below.role == "weights") or len(readers) > 1
