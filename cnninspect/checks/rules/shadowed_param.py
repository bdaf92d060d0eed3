"""An argument with a default, or a name of let, hides a param of the same name.

Inside the block the name means the argument: whoever sets the param (in a variant, with --set) changes nothing
there, and nothing says so. Where every call passes the argument it is no trap, and is left alone.

Source: the rules of the language: README, "The language in two minutes" (the innermost name wins).

Bad:

```yaml
input: [3, 6, 6]
params: {width: 32}
blocks:
  unit:
    args: {width: 16}
    layers: [conv: {out: $width, kernel: 3, padding: 1}, relu]
layers:
  - unit
  - conv: {out: $width, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
params: {width: 32}
blocks:
  unit:
    args: {out: $width}
    layers: [conv: {out: $out, kernel: 3, padding: 1}, relu]
layers:
  - unit
  - conv: {out: $width, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.tree import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.frontends.yaml.tree import Node
    from cnninspect.ir import BlockCall
    from cnninspect.values import Finding

SEVERITY = "note"


def check(subject: Subject) -> Iterator[Finding]:
    document = subject.document
    if document is None:
        return
    params = document.entries("params")
    used: dict[str, list[BlockCall]] = {}
    for name, (_, block) in document.entries("blocks").items():
        args = block.get("args") if type(block) is Mapping else None
        for arg, default in args.pairs if type(args) is Mapping else ():
            if arg.text not in params or not _hides(default) or arg.source is not document.source:
                continue
            used = used or _used(subject)
            if any(
                call.arguments.get(arg.text) == default.value for call in used.get(name, ()) if type(default) is Scalar
            ):
                yield subject.finding(
                    None,
                    f"argument '{arg.text}' of block '{name}' hides the param of that name, and a call leaves it out",
                    notes=(f"the param is declared at {params[arg.text][0].span}",),
                    help=f"write {arg.text}: ${arg.text} to hand the param on, or give the argument another name",
                    span=arg.span,
                )


def _hides(default: Node) -> bool:
    """Whether a default is a value of its own: not left out, and no expression."""
    return type(default) is Scalar and default.value is not None and "$" not in default.text


def _used(subject: Subject) -> dict[str, list[BlockCall]]:
    """The calls of each block."""
    found: dict[str, list[BlockCall]] = {}
    for node in subject.nodes:
        for call in node.calls:
            found.setdefault(call.block, []).append(call)
    return found
