"""Names of ``let`` that nothing refers to are told, each where it stands, and no other."""

from __future__ import annotations

from textwrap import dedent

import pytest

from cnninspect.frontends.yaml.environment import Environment
from cnninspect.frontends.yaml.load import Wanted, load
from cnninspect.frontends.yaml.reader import read_tree
from cnninspect.frontends.yaml.tree import Mapping, Report, Source
from cnninspect.frontends.yaml.unused import Lets


def warnings(text: str, *, base: str = "") -> list[tuple[str, str, int, int]]:
    """The findings of a model: severity, code, line and column."""
    loaded = load(
        Source("model.yaml", dedent(text)),
        Wanted(),
        lambda name, _: Source(name, dedent(base)),
    )
    assert loaded.graph is not None, loaded.findings
    return [
        (finding.severity, finding.code, finding.span.line, finding.span.column)
        for finding in loaded.findings
        if finding.span.file == "model.yaml"
    ]


USED = {
    "the layer's options": "layers: [{conv: {out: $w, kernel: 1}, let: {w: 8}}]",
    "a bare value": "layers: [{leaky_relu: $w, let: {w: 0.1}}]",
    "a value in a list": "layers: [{conv: {out: 8, kernel: [$w, 1]}, let: {w: 1}}]",
    "the condition": "layers: [relu, {tanh: {}, when: $w, let: {w: false}}]",
    "what stands otherwise": "layers: [{tanh: {}, when: false, else: {conv: {out: $w, kernel: 1}}, let: {w: 8}}]",
    "a list that stands otherwise": "layers: [{tanh: {}, when: false, else: [{leaky_relu: $w}], let: {w: 8}}]",
    "the layer that is called": "layers: [{$w: {}, let: {w: relu}}]",
    "the name": "layers: [{relu: {}, name: 'act$w', let: {w: 8}}]",
    "a name with an expression": "layers: [{relu: {}, name: 'act${w + 1}x', let: {w: 8}}]",
    "where it reads from": "layers: [{relu: {}, name: a}, tanh, {elu: {}, from: $w, let: {w: a}}]",
    "several to read from": "layers: [{relu: {}, name: a}, {add: {}, from: [$w, prev], let: {w: a}}]",
    "what it shares": "layers: [{relu: {}, name: a}, {share: $w, let: {w: a}}]",
    "a later name of the same let": "layers: [{leaky_relu: $u, let: {w: 8, v: [$w, 1], u: $v.0}}]",
    "a branch": "layers: [{add: {main: [{leaky_relu: $w}], skip: []}, let: {w: 0.1}}]",
    "a sequence": "layers: [{sequence: [{sequence: [{leaky_relu: $w}]}], let: {w: 0.1}}]",
    "the repeat of a layer below": "layers: [{sequence: [{relu: {}, repeat: $w}], let: {w: 2}}]",
    "the let of a layer below, before it is hidden": (
        "layers: [{sequence: [{leaky_relu: $w, let: {w: $w * 2}}], let: {w: 0.1}}]"
    ),
    "a layer that is left out": "layers: [relu, {sequence: [{leaky_relu: $w}], when: false, let: {w: 0.1}}]",
    "an argument of a call": "blocks: {b: {args: {w}, layers: [{leaky_relu: $w}]}}\nlayers: [{b: $w, let: {w: 0.1}}]",
    "the layers of the block": "blocks: {b: {let: {w: 0.1}, layers: [{leaky_relu: $w}]}}\nlayers: [b]",
    "a layer deep in the block": (
        "blocks: {b: {let: {w: 0.1}, layers: [{add: {x: [{sequence: [{leaky_relu: $w}]}], y: []}}]}}\nlayers: [b]"
    ),
    "a later name of the block": "blocks: {b: {let: {w: 1, v: $w}, layers: [{leaky_relu: $v}]}}\nlayers: [b]",
    "a default of the layer": "defaults: {conv: {kernel: $w}}\nlayers: [{conv: 8, let: {w: 1}}]",
    "one of two uses of an alias": "layers: [{leaky_relu: $w, let: &a {w: 1}}, {relu: {}, let: *a}]",
    "a use through an alias": "layers: [{sequence: &a [{leaky_relu: $w}], let: {w: 1}}, {sequence: *a, let: {w: 2}}]",
}
"""Where a name may be referred to."""


@pytest.mark.parametrize("text", USED.values(), ids=USED)
def test_a_name_that_is_used(text: str) -> None:
    """A name of let is used wherever an expression that sees it refers to it."""
    assert warnings(f"input: [3, 8, 8]\n{text}\n") == []


UNUSED = {
    "nothing": ("layers: [{relu: {}, let: {w: 8}}]", [(2, 27)]),
    "its own value": ("params: {w: 1}\nlayers: [{leaky_relu: 0.1, let: {w: $w}}]", [(3, 34)]),
    "the repeat beside it": ("params: {w: 1}\nlayers: [{relu: {}, repeat: $w, let: {w: 8}}]", [(3, 39)]),
    "an earlier name": ("params: {w: 1}\nlayers: [{leaky_relu: $v, let: {v: $w, w: 8}}]", [(3, 40)]),
    "the layer after it": ("params: {w: 1}\nlayers: [{relu: {}, let: {w: 8}}, {leaky_relu: $w}]", [(3, 27)]),
    "the body of a block that it calls": (
        "blocks: {b: {args: {w: 1}, layers: [{leaky_relu: $w}]}}\nlayers: [{b: {}, let: {w: 8}}]",
        [(3, 24)],
    ),
    "what hides it": ("layers: [{sequence: [{leaky_relu: $w, let: {w: 1}}], let: {w: 8}}]", [(2, 60)]),
    "the body of another block": (
        "blocks: {b: {args: {w: 1}, layers: [{leaky_relu: $w}]}, c: {let: {w: 8}, layers: [b]}}\nlayers: [c]",
        [(2, 67)],
    ),
    "the caller of its block": (
        "params: {w: 1}\nblocks: {b: {let: {w: 8}, layers: [relu]}}\nlayers: [b, {leaky_relu: $w}]",
        [(3, 20)],
    ),
    "a word without a dollar": ("layers: [{relu: {}, name: w, let: {w: 8}}]", [(2, 36)]),
    "a layer in the else of another": (
        "layers: [{relu: {}, when: false, else: {tanh: {}, let: {w: 8}}}, elu]",
        [(2, 57)],
    ),
    "two of three": ("layers: [{leaky_relu: $b, let: {a: 8, b: 1, c: 2}}]", [(2, 33), (2, 45)]),
}
"""What a reference may look like and is none."""


@pytest.mark.parametrize(("text", "places"), UNUSED.values(), ids=UNUSED)
def test_a_name_that_is_not_used(text: str, places: list[tuple[int, int]]) -> None:
    """A name of let that nothing which sees it refers to is a warning at the name."""
    expected = [("warning", "unused-name", line, column) for line, column in places]
    assert warnings(f"input: [3, 8, 8]\n{text}\n") == expected


def test_an_extended_file_answers_for_itself() -> None:
    """A name of let is told of in the file that declares it, not in one that extends it."""
    base = "input: [3, 8, 8]\nblocks: {b: {let: {w: 8}, layers: [relu]}}\nlayers: [b]\n"
    assert warnings("extends: base.yaml\nname: let\n", base=base) == []
    assert warnings(base) == [("warning", "unused-name", 2, 20)]


def test_an_option_called_let_is_none() -> None:
    """What a block calls let among its arguments declares no names."""
    text = (
        "input: [3, 8, 8]\nblocks: {b: {args: {let}, layers: [{leaky_relu: $let.w}]}}\nlayers: [{b: {let: {w: 0.1}}}]\n"
    )
    loaded = load(Source("model.yaml", text), Wanted(), lambda name, _: Source(name, ""))
    assert [finding.code for finding in loaded.findings if finding.code == "unused-name"] == []


def test_errors_come_first() -> None:
    """Beside an error nothing is said of unused names: what is missing may be what uses them."""
    loaded = load(
        Source("model.yaml", "input: [3, 8, 8]\nlayers: [{relu: {}, let: {w: 8}}, rleu]\n"),
        Wanted(),
        lambda name, _: Source(name, ""),
    )
    assert [finding.code for finding in loaded.findings] == ["unknown-layer"]


def aliased(width: int, levels: int) -> str:
    """A model whose lists hold each other by aliases, below a let of which they use one name."""
    rows = ["s0: &s0 [{leaky_relu: $w}]"]
    for level in range(1, levels + 1):
        row = ", ".join([f"{{sequence: *s{level - 1} }}"] * width)
        rows += [f"s{level}: &s{level} [{row}]"]
    last = f"{{sequence: *s{levels} , when: false, let: {{w: 1, v: 2}}}}"
    return f"input: [3, 8, 8]\nblocks: {{{', '.join(rows)}}}\nlayers: [{last}, relu]\n"


@pytest.mark.parametrize(("width", "levels"), [(10, 4), (1, 600)])
def test_aliases_are_looked_at_once(width: int, levels: int) -> None:
    """What aliases repeat, or nest deeper than a text may, is looked at once for each let around it."""
    source = Source("model.yaml", aliased(width, levels))
    loaded = load(source, Wanted(), lambda name, _: Source(name, ""))
    found = [finding.message for finding in loaded.findings if finding.code == "unused-name"]
    assert found == ["name 'v' is declared by let and never used"]
    tree = read_tree(source, Report())
    assert isinstance(tree, Mapping)
    layers = tree.get("layers")
    assert layers is not None
    lets = Lets()
    lets.layers(layers, Environment({}))
    assert [key.text for key in lets.declared.values() if id(key) in lets.used] == ["w"]
    assert len(lets._seen) == 2 + levels * (1 + width) + 2


@pytest.mark.parametrize("unused", ["params: {%s}\nlayers: [relu]", "layers: [{relu: {}, let: {%s}}]"])
def test_any_number_of_warnings(unused: str) -> None:
    """However many names are not used, the network is there, with as many warnings as anybody reads."""
    names = ", ".join([f"a{i}: {i}" for i in range(300)])
    loaded = load(
        Source("model.yaml", f"input: [3, 8, 8]\n{unused % names}\n"), Wanted(), lambda name, _: Source(name, "")
    )
    assert loaded.graph is not None
    assert [finding.severity for finding in loaded.findings] == ["warning"] * 200


def test_a_misspelt_param() -> None:
    """What a file that extends another meant to replace is named: misspelt, it is only one param more that nothing uses."""
    base = "input: [3, 8, 8]\nparams: {width: 8}\nlayers: [{conv: {out: $width, kernel: 3}}]\n"
    source = Source("model.yaml", "extends: base.yaml\nparams: {widht: 16, zzz: 1}\n")
    found = load(source, Wanted(), lambda name, _: Source(name, base)).findings
    assert [finding.help for finding in found] == [
        "did you mean 'width'? If not, remove it, or refer to it as $widht",
        "remove it, or refer to it as $zzz",
    ]


def test_a_named_layer_needs_no_reader() -> None:
    """The name of a layer is the name of its weights: nothing has to refer to it."""
    text = "input: [3, 8, 8]\nlayers: [{conv: {out: 8, kernel: 3}, name: stem}, {relu: {}, name: act}, {sequence: [tanh], name: s}]\n"
    assert warnings(text) == []
