"""Why a model has no layers although its list of layers is not empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.blocks import find
from cnninspect.frontends.yaml.items import parse_item
from cnninspect.frontends.yaml.tree import Report, Sequence
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.frontends.yaml.growing import Growing
    from cnninspect.frontends.yaml.tree import Scalar

CONDITION = "every layer of the model is left out by its condition"
MOST = 20
"""Items of a list that are looked at."""
DEEPEST = 3
"""Levels of blocks that are looked into: 20 items each, 160,000 in all."""


def why_empty(elaborator: Growing, layers: Sequence) -> str:
    """The message for a model whose items have made nothing."""
    reasons = list(dict.fromkeys(_reasons(elaborator, layers, 0)))
    if reasons in ([], [CONDITION]):
        return CONDITION
    told = ["a condition leaves a layer out" if reason == CONDITION else reason for reason in reasons[:3]]
    return f"the model has no layers: {', '.join(told)}"


def _never(repeat: Scalar | Sequence | None) -> bool:
    """Whether a repeat is written as none at all."""
    return not repeat.items if isinstance(repeat, Sequence) else repeat is not None and not repeat.value


def _reasons(elaborator: Growing, layers: Sequence, depth: int) -> Iterator[str]:
    for node in layers.items[:MOST]:
        item = parse_item(node, Report())
        assert item is not None  # a mistaken item makes a layer that is broken
        op = item.op.text
        block = find(elaborator, op)
        inner = item.value if op == "sequence" else block.layers if block else None
        if item.when is not None:
            yield CONDITION
        elif type(inner) is Sequence and not inner.items:
            yield f"block '{clip(op)}' is empty" if block else "a sequence is empty"
        elif _never(item.repeat):
            yield f"'{clip(op)}' is repeated 0 times"
        elif type(inner) is Sequence and depth < DEEPEST:
            yield from _reasons(elaborator, inner, depth + 1)
        else:
            yield f"'{clip(op)}' makes none"
