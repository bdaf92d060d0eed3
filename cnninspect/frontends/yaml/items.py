"""One entry of a layer list, taken apart: what to do, and the siblings that say how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.environment import bad_variable
from cnninspect.frontends.yaml.hints import alias_table, near, plain_word
from cnninspect.frontends.yaml.tree import Mapping, Scalar, Sequence
from cnninspect.options import described
from cnninspect.values import clip

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.tree import Node, Report

SIBLINGS = ("name", "from", "repeat", "when", "else", "let", "share", "init")
_BESIDE = frozenset(SIBLINGS)
WANTED = {
    "name": "a name",
    "from": "the name of a layer, or a list of names",
    "repeat": "a number or a list",
    "when": "a condition",
    "let": "a mapping of names to values",
    "share": "the name of a layer",
    "init": "how the weights begin",
}
FOREIGN_OPS = ("type", "layer", "op", "class", "class_name", "kind", "module")
FOREIGN_OPTIONS = ("config", "options", "params", "parameters", "args", "kwargs")


class Item:
    """A layer, block, merge, sequence or share with its siblings."""

    __slots__ = (
        *("else_", "from_", "init", "let", "name", "node", "op"),
        *("plain", "repeat", "share", "span", "value", "when"),
    )

    def __init__(self, node: Node, op: Scalar, value: Node | None) -> None:
        self.node = node
        self.op = op
        self.span = op.span
        self.value = value
        self.plain = True
        """Whether nothing beside it says how often, when or from where it is done."""
        self.name: Scalar | None = None
        self.from_: Node | None = None
        self.repeat: Scalar | Sequence | None = None
        self.when: Scalar | None = None
        self.else_: Node | None = None
        self.let: Mapping | None = None
        self.share: Scalar | None = None
        self.init: Node | None = None


def parse_item(node: Node, report: Report) -> Item | None:
    """Take an entry apart; None (and a finding) where it cannot be understood."""
    if type(node) is Scalar:
        if isinstance(node.value, str):
            return Item(node, node, None)
        report.add(node, "bad-item", f"a layer is expected here, got {described(node.value)}", help=_EXAMPLE)
        return None
    if type(node) is not Mapping:
        report.add(
            node,
            "bad-item",
            "a layer is expected here, got a list",
            help="write each layer as its own item; for a group with a name of its own, sequence: [...]",
        )
        return None
    return _from_mapping(node, report)


_EXAMPLE = "write a layer's name, or conv: {out: 64, kernel: 3}"


def _from_mapping(node: Mapping, report: Report) -> Item | None:
    ops = [pair for pair in node.pairs if pair[0].text not in _BESIDE]
    if not ops:  # share is a layer of its own where it stands beside none
        ops = [(key, value) for key, value in node.pairs if key.text == "share"]
    if len(ops) != 1:
        _explain_ops(node, ops, report)
        return None
    op, value = ops[0]
    if type(value) is Scalar and op.text in FOREIGN_OPS and isinstance(value.value, str):
        report.add(
            op,
            "bad-item",
            f"'{op.text}' is not a layer",
            help=f"write {_called(value.text)}, or {_called(value.text)}: {{…}} with its options",
        )
        return None
    item = Item(node, op, None if type(value) is Scalar and value.value is None and not value.quoted else value)
    if len(node.pairs) > 1 and not _siblings(item, node, report):
        return None
    return item


def _explain_ops(node: Mapping, ops: list[tuple[Scalar, Node]], report: Report) -> None:
    if not ops:
        report.add(node, "bad-item", "this item names no layer", help=_EXAMPLE)
        return
    first, value = ops[0]
    second = ops[1][0]
    empty = type(value) is Scalar and value.value is None
    guess = near(second.text, SIBLINGS)
    if first.text in FOREIGN_OPS and type(value) is Scalar:
        inside = "…" if second.text in FOREIGN_OPTIONS else f"{second.text}: …"
        help_ = f"the layer's name is the key: {_called(value.text)}: {{{inside}}}"
    elif empty and second.text not in _op_like():
        help_ = f"options of {first.text} are indented below it, or written {first.text}: {{{second.text}: …}}"
    elif guess and second.text not in _op_like():
        help_ = f"did you mean '{guess}'?"
    else:
        help_ = f"each layer is an item of its own: write '- {second.text}' on a new line"
    report.add(second, "two-layers-in-one-item", f"one item holds both '{first.text}' and '{second.text}'", help=help_)


def _called(word: str) -> str:
    """A layer's name as it is here, where another library's is known."""
    from cnninspect.layers import load_all  # for the hint only

    aliases = alias_table((name, kind.aliases) for name, kind in load_all().items())
    return aliases.get(plain_word(word), clip(word, 40))


def _names_well(let: Mapping, report: Report) -> bool:
    """Whether expressions can refer to all that a let declares."""
    wrong = [(key, bad_variable(key.text)) for key, _ in let.pairs]
    for key, why in wrong:
        if why:
            report.add(key, "bad-name", why, help="give this part of let another name")
    return not any(why for _, why in wrong)


def _op_like() -> set[str]:
    from cnninspect.layers import load_all  # for the hint only

    return set(load_all())


def _siblings(item: Item, node: Mapping, report: Report) -> bool:
    good = True
    for key, value in node.pairs:
        word = key.text
        if key is item.op:
            continue
        if type(value) is Scalar and value.value is None and word != "else":
            help_ = f"write {WANTED[word]}, or leave {word} out"
            report.add(key, "bad-item", f"{word} is empty", help=help_)
            good = False
        elif word in ("name", "repeat", "when", "share"):
            if type(value) is Scalar or (word == "repeat" and type(value) is Sequence):
                setattr(item, word, value)
                continue
            report.add(value, "bad-item", f"{word} must be {WANTED[word]}, got {_kind(value)}")
            good = False
        elif word == "from":
            item.from_ = value
        elif word == "else":
            item.else_ = value
        elif word == "init":
            item.init = value
        elif type(value) is Mapping:  # let is the only word left
            item.let = value
            good = _names_well(value, report) and good
        else:
            report.add(value, "bad-item", "let must be a mapping of names to values", help="let: {width: $out * 4}")
            good = False
    item.plain = not any((item.from_, item.let, item.repeat, item.when))
    if item.else_ is not None and item.when is None:
        report.add(item.else_, "bad-item", "else needs a when beside it")
        good = False
    return good


def _kind(node: Node) -> str:
    return "a list" if type(node) is Sequence else "a mapping"
