"""What ``cnninspect expand`` prints, and how other reports write values: as the flat file does.

Below the network stand its budgets and its training, as far as they are those of the network that is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.flat import CannotExpand, beginnings, flow, render, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnninspect.frontends.budgets.metrics import Budget
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.ir import Graph

__all__ = ["CannotExpand", "beginnings", "document", "flow", "render", "scalar"]

RESERVED = "variants"
"""What no part can be called under ``budgets``."""


def document(loaded: Loaded) -> tuple[str, list[Budget]]:
    """The flat file of a model with all that it says of the network, and the limits that such a file cannot state."""
    assert loaded.graph is not None
    lines: list[str] = []
    left: list[Budget] = []
    if loaded.budgets:
        limits, left = _limits(loaded.graph, loaded.budgets)
        lines += _section("budgets", limits)
    if loaded.training:
        lines += _section("training", {name: setting.value for name, setting in loaded.training.items()})
    return render(loaded.graph) + "".join([f"{line}\n" for line in lines]), left


def _section(name: str, values: dict[str, object]) -> Iterator[str]:
    if values:
        yield f"{name}:"
        yield from [f"  {scalar(key)}: {flow(value)}" for key, value in values.items()]


def _limits(graph: Graph, budgets: Sequence[Budget]) -> tuple[dict[str, object], list[Budget]]:
    """The limits as a section has them: those of the whole network by metric, those of a part below its name."""
    found: dict[str, object] = {}
    left: list[Budget] = []
    for budget in budgets:
        part = _scope(graph, budget.part)
        place = found if not part else found.setdefault(part, {})
        if part in (None, RESERVED) or not isinstance(place, dict) or budget.metric in place:
            left.append(budget)
        else:
            place[budget.metric] = budget.text
    return {name: limit for name, limit in found.items() if limit != {}}, left


def _scope(graph: Graph, part: str) -> str | None:
    """What a part is called in a file without blocks; None for the layers of a block that have no scope of their own."""
    from cnninspect.checks.budget_figures import Figures

    if not part:
        return part
    figures = Figures(graph)
    flat = Figures(graph._replace(nodes=tuple([node._replace(calls=()) for node in graph.nodes])))
    members = figures.members(part)
    if members == flat.members(part):
        return part
    return next((name for name in flat.parts() if flat.members(name) == members), None)
