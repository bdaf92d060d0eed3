"""The figures that budgets limit, for a network or a part of it, and which blocks they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnninspect.frontends.budgets.metrics import Budget
    from cnninspect.ir import Graph
    from cnninspect.passes.cost import Cost
    from cnninspect.passes.memory import Memory, MemoryTotals

PICOSECONDS = 10**12
STATIC = ("parameters", "trainable", "buffers", "weight_bytes")
"""What layers have that exist only while the network learns."""


class Share(Record):
    """What one block contributes."""

    name: str
    value: int
    share: float | None
    """Of the figure; None where figures do not add up."""


class Measured(Record):
    """A figure with what it is made of."""

    value: int | None
    names: tuple[str, ...] = ()
    values: tuple[int, ...] = ()
    """What each of the names has of it."""
    most: bool = False
    """Whether the figure is the largest of these rather than their sum."""
    named: bool = False
    """Whether these have names of their own rather than those of layers."""
    why: str = ""
    """Why it is unknown."""

    def top(self, count: int) -> tuple[Share, ...]:
        """The largest contributors: whole blocks, and what is inside where one block is most of it."""
        if not self.value:
            return ()
        scoped = not self.most and not self.named
        found = blocks(self.names, self.values) if scoped else [*zip(self.names, self.values, strict=True)]
        ordered = [pair for pair in sorted(found, key=lambda pair: -pair[1])[:count] if pair[1] > 0]
        if self.most:
            return tuple([Share(name, value, None) for name, value in ordered])
        return tuple([Share(name, value, round(value / self.value, 4)) for name, value in ordered])


class Figures:
    """The figures of one graph; each pass runs once for each batch and data type."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._known: dict[object, object] = {}

    # --- parts ---------------------------------------------------------------------------

    def members(self, part: str) -> list[int]:
        """The nodes of a scope, otherwise those of all calls of a block; of the whole network for no part."""
        nodes = self.graph.nodes
        if not part:
            return [*range(len(nodes))]
        prefix = f"{part}."
        found = [at for at, node in enumerate(nodes) if node.name == part or node.name.startswith(prefix)]
        return found or [at for at, node in enumerate(nodes) if any(call.block == part for call in node.calls)]

    def parts(self) -> list[str]:
        """The names of every scope, layer and block, in the order of the network."""
        found: dict[str, None] = {}
        for node in self.graph.nodes:
            pieces = node.name.split(".")
            found.update(dict.fromkeys([".".join(pieces[:count]) for count in range(1, len(pieces) + 1)]))
            found.update(dict.fromkeys([call.block for call in node.calls]))
        return [*found]

    # --- figures -------------------------------------------------------------------------

    def measure(self, budget: Budget, members: Sequence[int]) -> Measured:
        """The figure that a budget limits."""
        metric = budget.metric
        special = {
            "receptive_field": self._field,
            "peak_activation_bytes": self._peak,
            "saved_activation_bytes": self._saved,
            "inference_bytes": self._memory,
            "training_bytes": self._memory,
            "latency_estimate": self._latency,
        }
        return special.get(metric, self._cost)(budget, members)

    def _once(self, key: object, make: Callable[[], object]) -> object:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def _runs(self) -> list[bool]:
        from cnninspect.passes.usage import at_inference

        found = self._once("runs", lambda: at_inference(self.graph))
        assert isinstance(found, list)
        return found

    def _added(self, members: Iterable[int], values: Sequence[int | None]) -> Measured:
        """A figure that is the sum of what its layers have; unknown where one of them is."""
        nodes = self.graph.nodes
        pairs = [(nodes[at].name, values[at]) for at in members]
        known = [value for _, value in pairs if value is not None]
        if len(known) < len(pairs):
            return Measured(None, why=_because([name for name, value in pairs if value is None]))
        return Measured(sum(known), tuple([name for name, _ in pairs]), tuple(known))

    def _cost(self, budget: Budget, members: Sequence[int]) -> Measured:
        from cnninspect.passes.cost import costs

        metric, runs = budget.metric, self._runs()
        made = self._once(("costs", budget.batch, budget.dtype), lambda: costs(self.graph, budget.batch, budget.dtype))
        assert isinstance(made, list)
        found: list[Cost] = made
        if metric == "layers":
            return self._added(members, [1] * len(found))
        running = members if metric in STATIC else [at for at in members if runs[at]]
        if metric == "weight_layers":
            return self._added(running, [None if cost.weighty is None else int(cost.weighty) for cost in found])
        return self._added(running, [getattr(cost, metric) for cost in found])

    def _totals(self, budget: Budget) -> MemoryTotals:
        from cnninspect.passes.memory import MemoryTotals, memory_totals

        key = "memory", budget.batch, budget.dtype
        found = self._once(key, lambda: memory_totals(self.graph, budget.batch, budget.dtype))
        assert isinstance(found, MemoryTotals)
        return found

    def _saved(self, budget: Budget, members: Sequence[int]) -> Measured:
        return self._added(members, self._totals(budget).saved)

    def _peak(self, budget: Budget, members: Sequence[int]) -> Measured:
        runs, alive = self._runs(), self._totals(budget).alive
        found = self._added([at for at in members if runs[at]], alive)
        if found.value is None:
            return found
        return found._replace(value=max(found.values, default=0), most=True)

    def _memory(self, budget: Budget, members: Sequence[int]) -> Measured:  # noqa: ARG002 - of the whole alone
        from cnninspect.passes.memory import memory

        found = memory(self.graph, batch=budget.batch, dtype=budget.dtype, optimizer=budget.optimizer)
        value = found.inference if budget.metric == "inference_bytes" else found.training
        if value is None:
            return Measured(None, why=_because(found.unknown))
        parts = _components(found, training=budget.metric == "training_bytes")
        return Measured(value, tuple(parts), tuple(parts.values()), named=True)

    def _latency(self, budget: Budget, members: Sequence[int]) -> Measured:
        from cnninspect.frontends.devices import read
        from cnninspect.passes.roofline import roofline

        device = read(budget.device or "").device
        assert device is not None  # a shipped one, looked up when the limit was read
        layers = roofline(self.graph, device, budget.batch, budget.dtype).layers
        if device.peak.get(budget.dtype) is None:
            return Measured(None, why=f"{device.name} states no peak for {budget.dtype}")
        times = [
            None if layer is None or layer.seconds is None else round(layer.seconds * PICOSECONDS) for layer in layers
        ]
        return self._added([at for at in members if layers[at] is not None], times)

    def _field(self, budget: Budget, members: Sequence[int]) -> Measured:
        from cnninspect.passes.field import fields

        if len(self.graph.inputs[0].shape) == 1:
            return Measured(None, why="the first input has no spatial axes")
        seen = self._once("fields", lambda: fields(self.graph, through_gates=True))
        assert isinstance(seen, list)
        nodes = self.graph.nodes
        lost = [nodes[at].name for at in members if nodes[at].facts is None or seen[at].get(0, True) is None]
        if lost:
            return Measured(None, why=_because(lost))
        found = [(at, seen[at][0]) for at in members if 0 in seen[at] and not any(seen[at][0].whole)]
        axes = range(len(self.graph.inputs[0].shape) - 1)
        widest = [max([field.most[axis] for _, field in found], default=1) for axis in axes]
        axis = widest.index(min(widest) if budget.low is not None else max(widest))
        before = [seen[at].get(0) for at in range(members[0])]
        most = max([field.most[axis] for field in before if field is not None and not any(field.whole)], default=1)
        names, gains = [], []
        for at, field in found:
            names.append(nodes[at].name)
            gains.append(max(field.most[axis] - most, 0))
            most = max(most, field.most[axis])
        return Measured(widest[axis], tuple(names), tuple(gains))


def _components(found: Memory, *, training: bool) -> dict[str, int]:
    """What a need for memory adds up from."""
    stored = found.stored
    parts = {"weights": stored.weights, "buffers": stored.buffers}
    if training:
        parts |= {"gradients": stored.gradients, f"{found.optimizer} state": stored.optimizer}
    peak, saved = found.peak or 0, found.saved or 0
    if training and saved >= peak:
        parts["saved for backward"] = saved
    else:
        parts["peak activations"] = peak
    return {name: value or 0 for name, value in parts.items()}


def _because(names: Sequence[str]) -> str:
    from cnninspect.values import clip

    most = 3
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"it is not known of {', '.join([clip(name, 60) for name in names[:most]])}{more}"


def blocks(names: Sequence[str], values: Sequence[int]) -> list[tuple[str, int]]:
    """What each outermost scope has; one that has more than half of all is told by its own scopes, and so on."""
    groups = _scopes([*range(len(names))], names, 0)
    total = sum(values)
    while groups:
        name, (depth, inside) = max(groups.items(), key=lambda item: sum([values[at] for at in item[1][1]]))
        if 2 * sum([values[at] for at in inside]) <= total or all(names[at] == name for at in inside):
            return [(group, sum([values[at] for at in found])) for group, (_, found) in groups.items()]
        groups = {key: found for key, found in groups.items() if key != name} | _scopes(inside, names, depth + 1)
    return []


def _scopes(inside: Sequence[int], names: Sequence[str], depth: int) -> dict[str, tuple[int, list[int]]]:
    """Names by their first parts."""
    found: dict[str, tuple[int, list[int]]] = {}
    for at in inside:
        found.setdefault(".".join(names[at].split(".")[: depth + 1]), (depth, []))[1].append(at)
    return found
