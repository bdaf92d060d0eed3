"""A layer has the name of something that every module of torch has, so that code cannot use it by name.

The weights are stored under it all the same, but ``net.forward`` is the method and not the layer; what is written by
hand, or by export, has to call it otherwise, and a hand-written module with that name breaks in ways that are hard to read.

Source: torch's nn.Module: add_module refuses a name that is already an attribute.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
    name: forward
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
    name: conv
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from keyword import iskeyword, kwlist
from typing import TYPE_CHECKING

from cnninspect.module_names import MODULE_NAMES
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "note"
TAKEN = MODULE_NAMES.union(kwlist)


def check(subject: Subject) -> Iterator[Finding]:
    if TAKEN.isdisjoint(".".join([node.name for node in subject.nodes]).split(".")):
        return
    told: set[tuple[str, str]] = set()
    for node in subject.nodes:
        before, taken = _taken(node.name)
        if taken and (before, taken) not in told:
            told.add((before, taken))
            what = "a word of Python" if iskeyword(taken) else "an attribute of torch's modules"
            yield subject.finding(
                node, f"'{clip(node.name, 60)}' has the name '{taken}', which is {what}", help=f"for example {taken}_"
            )


def _taken(name: str) -> tuple[str, str]:
    """The first part of a name that is taken, with what comes before it; empty where there is none."""
    parts = name.split(".")
    for index, part in enumerate(parts):
        if part in TAKEN:
            return ".".join(parts[:index]), part
    return "", ""
