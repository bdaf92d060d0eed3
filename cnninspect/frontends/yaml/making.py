"""From a written layer to a node: options, legality, shapes, and where each mistake stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.environment import value_of
from cnninspect.frontends.yaml.evaluation import Unknown
from cnninspect.frontends.yaml.hints import option_help
from cnninspect.frontends.yaml.tree import Mapping, Scalar
from cnninspect.layers.base import Merge
from cnninspect.values import Problem, Problems, clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.frontends.yaml.environment import Environment
    from cnninspect.frontends.yaml.tree import Node, Placed, Report
    from cnninspect.layers.base import Layer
    from cnninspect.values import Facts, Shape

Written = dict[str, tuple["Scalar", "Node"]]
"""Options as written: by name, with key and value in the file."""


MOST_COMPARED = 100
"""Options among which the pieces of a list are looked for: no layer has as many."""
MOST_KEPT = 10_000
"""How many layers are remembered: a network in which so many differ gains nothing from it."""


PLAIN = frozenset((int, str, bool, float, type(None)))
"""Values that can be compared and hashed as they are."""

_layers: dict[object, Layer] = {}
_facts: dict[object, tuple[Layer, Facts]] = {}
"""The layer is kept with its facts: an id is its own as long as it is."""


class Maker:
    """Makes layers, remembering those that were made: the same options on the same shapes state the same facts.

    They are remembered from one network to the next: most of a repository's are made of the same layers.
    """

    def __init__(self, report: Report, defaults: Written) -> None:
        self.report = report
        self.defaults = defaults

    def bare(self, layer_type: type[Layer], shape: Shape | None) -> Layer | None:
        """The layer of which nothing is written but its type, where one has been made before."""
        if shape is None or layer_type.name in self.defaults:
            return None
        return _layers.get((layer_type, len(shape) - 1))

    def written(self, layer_type: type[Layer], op: Scalar, value: Node | None) -> Written | None:
        """The options of a layer, its type's defaults below them; None where they cannot be told apart."""
        options: Written = {}
        default = self.defaults.get(layer_type.name)
        if default and type(default[1]) is Mapping:
            options = {key.text: (key, node) for key, node in default[1].pairs}
        if value is None:
            return options
        if type(value) is Mapping:
            for pair in value.pairs:
                options[pair[0].text] = pair
            return options
        if not layer_type.schema_options:
            self.report.add(value, "unknown-option", f"{layer_type.name} takes no options", help=_bare_help(layer_type))
            return None
        first = next(iter(layer_type.schema_options))
        options[first] = (op, value)
        return options

    def options(self, layer_type: type[Layer], written: Written, env: Environment) -> dict[str, object] | None:
        """The values of the written options; None (and findings) where one has no value."""
        known = layer_type.schema_options
        given: dict[str, object] = {}
        good = True
        for name, (key, node) in written.items():
            if name not in known:
                help_ = _option_help(layer_type, name, written)
                self.report.add(key, "unknown-option", f"{layer_type.name} has no option '{clip(name)}'", help=help_)
                good = False
                continue
            if type(node) is Scalar and "$" not in node.text:
                given[name] = node.value
                continue
            try:
                given[name] = value_of(node, env, self.report)
            except Unknown:
                good = False
        return given if good else None

    def layer(
        self,
        layer_type: type[Layer],
        given: dict[str, object],
        rank: int,
        written: Written,
        op: Placed,
    ) -> Layer | None:
        """The layer with these options; None (and findings) where they are not legal."""
        values: Iterable[object] = given.values()
        kinds = tuple(map(type, values))
        if not PLAIN.issuperset(kinds):
            values = map(_frozen, values)
        key = (layer_type, rank, *given, *kinds, *values)
        known = _layers.get(key)
        if known is not None:
            return known
        try:
            made = layer_type(given, rank)
        except Problems as several:
            for problem in several.problems:
                self._explain(problem, given.get(problem.option or ""), written)
                self.say(problem, op, written, ())
            return None
        if len(_layers) > MOST_KEPT:
            _layers.clear()
            _facts.clear()
        _layers[key] = made
        return made

    def _explain(self, problem: Problem, value: object, written: Written) -> None:
        """Add how to write a value that is text where none is expected."""
        texts = [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, str)]
        if problem.code != "bad-value" or problem.help or not texts:
            return
        from cnninspect.frontends.yaml.meant import value_help

        found = value_help(texts[0], number="number" in problem.message, listed=isinstance(value, list))
        node = written[problem.option or ""][1]
        if found and type(node) is Scalar and "$" in node.text:
            found = f"where {clip(node.text, 40)} comes from: {found}"
        problem.help = found

    def facts(self, layer: Layer, shapes: tuple[Shape, ...]) -> Facts:
        """What the layer states on these inputs; raises Problems."""
        key = (id(layer), shapes)
        known = _facts.get(key)
        if known is not None:
            return known[1]
        try:
            found = layer.facts(shapes)
        except Problem as problem:
            raise Problems([problem]) from None
        if len(_facts) > MOST_KEPT:
            _layers.clear()
            _facts.clear()
        _facts[key] = layer, found
        return found

    def say(
        self, problem: Problem, op: Placed, written: Written, notes: Sequence[str], layer: str | None = None
    ) -> None:
        """Report what a layer said, at the option that it is about."""
        where = written.get(problem.option or "")
        self.report.problem(where[1] if where else op, problem, notes=notes, layer=layer)


def _option_help(layer_type: type[Layer], name: str, written: Written) -> str:
    from cnninspect.frontends.yaml.meant import tuple_help

    known = list(layer_type.schema_options)
    few = len(written) <= MOST_COMPARED
    taken_apart = tuple_help(name, {option: node for option, (_, node) in written.items()}) if few else ""
    return taken_apart or option_help(layer_type.name, name, known)


def _bare_help(layer_type: type[Layer]) -> str:
    name = layer_type.name
    if issubclass(layer_type, Merge):
        return f"name tensors: {name}: [one, other], or branches: {name}: {{main: [...], skip: []}}"
    return f"write - {name}"


def _frozen(value: object) -> object:
    """A value that can be compared and hashed, unlike values staying unlike (1 is not true)."""
    if isinstance(value, (list, tuple)):
        return tuple((type(item), _frozen(item)) for item in value)
    if isinstance(value, dict):
        return tuple((key, type(item), _frozen(item)) for key, item in value.items())
    return value
