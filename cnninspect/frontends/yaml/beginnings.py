"""``init`` beside a layer: how its weights begin, whatever the network begins with otherwise.

``init: kaiming`` says how the layer's weight begins; its biases begin at 0, as they do where a whole network is begun
so. ``init: {weight: {normal: 0.01}, bias: -4.6}`` says it for each by name, and leaves the others alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.environment import value_of
from cnninspect.frontends.yaml.evaluation import Unknown
from cnninspect.frontends.yaml.hints import near
from cnninspect.frontends.yaml.tree import Mapping
from cnninspect.ir import Start
from cnninspect.options import LARGEST, described
from cnninspect.values import clip, show_shape

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.environment import Environment
    from cnninspect.frontends.yaml.tree import Node, Report
    from cnninspect.layers.base import Layer
    from cnninspect.values import Facts, Shape

Law = tuple[str, "float | None"]

WORDS: dict[str, Law] = {
    "torch": ("torch", None),
    "kaiming": ("kaiming", None),
    "xavier": ("xavier", None),
    "orthogonal": ("orthogonal", None),
    "trunc_normal": ("trunc_normal", 0.02),
    "zeros": ("constant", 0.0),
    "ones": ("constant", 1.0),
}
NUMBERED = {"normal": "its deviation", "trunc_normal": "its deviation", "uniform": "its bound"}
"""What takes a number above 0, and what that is."""
FANS = ("kaiming", "xavier", "orthogonal")
"""What follows from how many connections an output has, or a row: vectors have no such thing."""
MEANT = {
    **dict.fromkeys(("he", "he_normal", "kaiming_normal", "msra"), "kaiming"),
    **dict.fromkeys(("glorot", "glorot_uniform", "xavier_uniform"), "xavier"),
    **dict.fromkeys(("truncated_normal", "trunc"), "trunc_normal"),
    **dict.fromkeys(("gaussian", "normal", "random_normal"), "{normal: 0.01}"),
    **dict.fromkeys(("uniform", "random_uniform"), "{uniform: 0.1}"),
    **dict.fromkeys(("constant", "const"), "the number itself, such as 0.5"),
    "default": "torch",
}
"""What others call them."""
WHOLE = "zero_residual"
"""What only a whole network can be begun with."""


def refuse(node: Node, op: str, report: Report) -> None:
    """Say why an init means nothing beside something that is no single layer."""
    if op == "share":
        what, help_ = "what is applied again", "write init beside the layer that has the weights"
    elif op == "sequence":
        what, help_ = "a sequence", "write init beside the layers in it"
    else:
        what = f"block '{clip(op, 40)}'"
        help_ = "give the block an argument for it, and write that beside the layers in it: init: $init"
    report.add(node, "cannot-initialise", f"{what} has no weights of its own", help=help_)


def starts(  # noqa: PLR0913 - what is initialised, and where that is written
    node: Node, layer: Layer, facts: Facts, lender: str | None, env: Environment, report: Report
) -> tuple[Start, ...]:
    """What an init says of the weights of a layer, in their order; mistakes are reported and say nothing.

    ``lender`` is the layer whose weights it uses, None where they are its own.
    """
    if lender is not None:
        message = f"the weights are those of '{clip(lender)}', and begin as they do"
        report.add(node, "cannot-initialise", message, help="write init beside that layer")
        return ()
    if not facts.weights:
        help_ = "write init beside layers that have weights"
        report.add(node, "cannot-initialise", f"this {layer.name} has no weights", help=help_)
        return ()
    try:
        value = value_of(node, env, report)
    except Unknown:
        return ()
    known = {key or "weight": key for key in facts.weights}
    laws: dict[str, tuple[Node, Law]] = {}
    if isinstance(value, dict) and value and not NUMBERED.keys() & value.keys():
        for name, (where, one) in _parts(node, value).items():
            if name not in known:
                _unknown(node, name, layer, facts, report)
            elif (law := _law(where, one, report)) is not None:
                laws[known[name]] = where, law
    elif (law := _law(node, value, report)) is not None:
        laws = {key: (node, law if law[0] == "torch" or not _is_bias(key) else WORDS["zeros"]) for key in facts.weights}
    return tuple(
        [
            Start(key, *laws[key][1])
            for key, shape in facts.weights.items()
            if key in laws and _can(laws[key], key, shape, layer, report)
        ]
    )


def _is_bias(key: str) -> bool:
    return key.rpartition(".")[2].endswith("bias")


def _parts(node: Node, value: dict[str, object]) -> dict[str, tuple[Node, object]]:
    """Each part of a mapping with where it stands: the whole where it came from an expression."""
    places = {key.text: part for key, part in node.pairs} if type(node) is Mapping else {}
    return {name: (places.get(name, node), part) for name, part in value.items()}


def _law(where: Node, value: object, report: Report) -> Law | None:
    """How one tensor is to begin; None (and a finding) where that is not to be understood."""
    if isinstance(value, str):
        if value in WORDS:
            return WORDS[value]
        report.add(where, "bad-value", f"unknown init '{clip(value, 40)}'", help=_word_help(value))
        return None
    if _number(value) is not None:
        return "constant", _number(value)
    if isinstance(value, dict) and len(value) == 1 and (name := next(iter(value))) in NUMBERED:
        given = _number(value[name])
        if given is not None and given > 0:
            return name, given
        message = f"{name} must be {NUMBERED[name]}, a number above 0, got {described(value[name])}"
        report.add(_parts(where, value)[name][0], "bad-value", message)
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        report.add(where, "bad-value", f"init must be a number of at most {LARGEST:,}, got {clip(value, 40)}")
        return None
    got = _mapping_words(value)
    report.add(where, "bad-value", f"init must be a word, a number, or a mapping, got {got}", help=_FORMS)
    return None


_FORMS = "init: kaiming, init: 0, init: {normal: 0.01}, or for each of the weights: init: {weight: xavier, bias: 0.1}"


def _mapping_words(value: object) -> str:
    return f"a mapping of {clip(', '.join(value), 60) or 'nothing'}" if isinstance(value, dict) else described(value)


def _number(value: object) -> float | None:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= LARGEST:
        return None
    return float(value)


def _word_help(word: str) -> str:
    plain = word.lower().rstrip("_")
    if plain == WHOLE:
        return "zero_residual is for whole networks, with --init; here write init: zeros beside the last normalisation"
    guess = MEANT.get(plain) or near(word, [*WORDS, *NUMBERED])
    guess = MEANT.get(guess or "", guess)
    return f"write {guess}" if guess else f"use {', '.join(WORDS)}, a number, or {{normal: 0.01}}"


def _unknown(node: Node, name: str, layer: Layer, facts: Facts, report: Report) -> None:
    """Say that a layer has no weight of that name."""
    where = next((key for key, _ in node.pairs if key.text == name), None) if type(node) is Mapping else None
    names = [key or "weight" for key in facts.weights]
    if name in facts.buffers:
        help_ = "it is a buffer, which the layer begins itself"
    else:
        guess = near(name, names)
        help_ = f"did you mean '{guess}'?" if guess else f"it has {', '.join(names)}"
    report.add(where or node, "unknown-option", f"{layer.name} has no weight '{clip(name, 40)}'", help=help_)


def _can(placed: tuple[Node, Law], key: str, shape: Shape, layer: Layer, report: Report) -> bool:
    """Whether a tensor of that shape can begin so."""
    where, (how, _) = placed
    if how not in FANS or len(shape) > 1:
        return True
    message = f"{how} counts connections, and {key or 'the weight'} of {layer.name} is a vector, {show_shape(shape)}"
    report.add(where, "cannot-initialise", message, help="write a number, zeros, ones or {normal: 0.01}")
    return False
