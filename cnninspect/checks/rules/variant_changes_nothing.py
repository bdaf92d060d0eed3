"""A variant sets what the network has anyway.

It loads, is listed and is checked, and is the network itself under another name: mostly a value was to be changed
and was not, or the default has moved on to what the variant was made for.

Source: the rules of the language: a variant gives other values to params.

Bad:

```yaml
input: [3, 6, 6]
params: {width: 16}
variants:
  wide: {width: 16}
layers:
  - conv: {out: $width, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
params: {width: 16}
variants:
  wide: {width: 32}
layers:
  - conv: {out: $width, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.load import stem
from cnninspect.frontends.yaml.tree import Mapping, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    document = subject.document
    if document is None or subject.graph.variant is not None:
        return
    variants = document.entries("variants")
    params = {name: said(node) for name, (_, node) in document.entries("params").items()} if variants else {}
    seen: dict[str, str] = {}
    for name, (key, node) in variants.items():
        if type(node) is not Mapping or key.source is not document.source or name == stem(subject.graph.source):
            continue
        changed = {one.text: said(value) for one, value in node.pairs if params.get(one.text) != said(value)}
        words = str(sorted(changed.items()))
        if not changed or words in seen:
            yield subject.finding(
                None,
                f"variant '{name}' is the {'network itself' if not changed else f'same as {seen[words]!r}'}",
                help="give a param another value, or remove the variant",
                span=key.span,
            )
        seen.setdefault(words, name)
