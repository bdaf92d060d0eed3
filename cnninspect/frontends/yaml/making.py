"""From a written layer to a node: options, legality, shapes, and where each mistake stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.environment import Environment, value_of
from cnninspect.frontends.yaml.evaluation import Unknown
from cnninspect.frontends.yaml.hints import option_help
from cnninspect.frontends.yaml.tree import Mapping, Scalar
from cnninspect.layers.base import Merge
from cnninspect.options import Float, Int
from cnninspect.values import Problem, Problems, clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
        self._env = Environment({})
        """Where the options that were read last have their names from."""

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
        for name, (_, node) in written.items():
            if name not in known:
                good = False
                continue
            if type(node) is Scalar and "$" not in node.text:
                given[name] = node.value
                continue
            try:
                given[name] = value_of(node, env, self.report)
            except Unknown:
                good = False
        self._env = env
        if not good:
            self.unknown_options(layer_type, written)
            self._check_values(layer_type, given, written)
        return given if good else None

    def unknown_options(self, layer_type: type[Layer], written: Written) -> None:
        """Report the options that a layer does not have; the pieces of a list in round brackets once."""
        told: set[str] = set()
        for name, (key, _) in written.items():
            if name in layer_type.schema_options:
                continue
            taken_apart = _tuple_help(name, written)
            if taken_apart not in told:
                help_ = taken_apart or option_help(layer_type.name, name, list(layer_type.schema_options))
                self.report.add(key, "unknown-option", f"{layer_type.name} has no option '{clip(name)}'", help=help_)
            told.add(taken_apart or name)

    def _check_values(self, layer_type: type[Layer], given: dict[str, object], written: Written) -> None:
        """Report the values that no input makes right, beside options that are wrong already."""
        whole = {name: value for name, value in given.items() if not _taken_apart(value)}
        try:
            layer_type(whole, -1)
        except Problems as several:
            for problem in several.problems:
                if problem.option in whole:  # an option that is missing may be the one that was misspelt
                    self._explain(layer_type, problem, written, whole[problem.option])
                    self.say(problem, written[problem.option][1], written, ())

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
            called = self._called(layer_type, several.problems, given, written)
            for problem in several.problems:
                if called and problem.code == "missing-option":
                    continue  # it stands where another option's value should
                self._explain(layer_type, problem, written, given.get(problem.option or ""))
                self.say(problem, op, written, ())
            return None
        if len(_layers) > MOST_KEPT:
            _layers.clear()
            _facts.clear()
        _layers[key] = made
        return made

    def _called(
        self, layer_type: type[Layer], problems: Sequence[Problem], given: dict[str, object], written: Written
    ) -> bool:
        """Whether a bare value holds several options, as a call in Python does; then it is said how to write them."""
        first = next(iter(layer_type.schema_options))
        bare = len(given) == 1 and first in given and written[first][0].text == layer_type.name
        wrong = next((problem for problem in problems if bare and problem.option == first and not problem.help), None)
        if wrong is not None and isinstance(layer_type.schema_options[first], (Int, Float)):
            from cnninspect.frontends.yaml.meant import call_help

            wrong.help = call_help(layer_type, given[first])
        return wrong is not None and wrong.help != ""

    def _explain(self, layer_type: type[Layer], problem: Problem, written: Written, value: object) -> None:
        """Add how to write a value where something else is expected."""
        if problem.code == "bad-value" and not problem.help and problem.option is not None:
            from cnninspect.frontends.yaml.meant import option_value_help

            option = layer_type.schema_options[problem.option]
            problem.help = option_value_help(option, value, written[problem.option][1], self._env)

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


def _tuple_help(name: str, written: Written) -> str:
    """How to write the list that brackets of a mapping took apart; empty where the option is no piece of one."""
    from cnninspect.frontends.yaml.meant import tuple_help

    few = len(written) <= MOST_COMPARED
    return tuple_help(name, {option: node for option, (_, node) in written.items()}) if few else ""


def _taken_apart(value: object) -> bool:
    """Whether a value is the beginning of such a list."""
    return isinstance(value, str) and value.startswith("(") and ")" not in value


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
