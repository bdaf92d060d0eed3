"""Loading as a whole: how many mistakes are told, and which input would have been large enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.frontends.locate import Opener
from cnninspect.frontends.yaml import making
from cnninspect.frontends.yaml.load import Family
from cnninspect.frontends.yaml.source import read_source, text_source
from tests.support.models import findings, outline

if TYPE_CHECKING:
    from pathlib import Path


def notes(text: str) -> list[tuple[str, ...]]:
    """The notes of each finding that speak of the smallest input."""
    found = api.read("model.yaml", text=text).findings
    return [tuple(note for note in finding.notes if note.startswith("the smallest")) for finding in found]


def smallest(size: str) -> tuple[str, ...]:
    return (f"the smallest input of the network that passes here is {size}",)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"section{i}: 3\n" for i in range(250)),
        "input: [3, 8, 8]\nlayers:\n" + "".join(f"  - layer{i}: 3\n" for i in range(250)),
    ],
    ids=["sections", "layers"],
)
def test_mistakes_are_told_up_to_a_number(text: str) -> None:
    """After 200 mistakes nothing more is looked for, and the last one says so."""
    loaded = api.read("model.yaml", text=text)
    assert loaded.graph is None
    assert len(loaded.findings) == 200
    assert [finding.notes for finding in loaded.findings if finding.notes] == [("stopped after 200 problems",)]


def test_smallest_input_of_a_network() -> None:
    """The smallest input on which a layer fits is found through everything above it."""
    text = "input: [3, 8, 8]\nlayers: [max_pool: 2, max_pool: 2, conv: {out: 4, kernel: 3}]"
    assert notes(text) == [smallest("3x12x12")]
    assert notes("layout: channels_last\n" + text.replace("[3, 8, 8]", "[8, 8, 3]")) == [smallest("12x12x3")]


def test_no_input_is_large_enough() -> None:
    """Where a window grows with the map, no input helps and none is named."""
    assert notes("input: [3, 8, 8]\nlayers: [conv: {out: 4, kernel: $prev.height + 1}]") == [()]


def test_smallest_input_that_changes_the_network() -> None:
    """A larger input may leave the layer out by its condition; then the first that breaks nothing else counts."""
    text = "input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 20}, when: $prev.height < 10}, {conv: {out: 4, kernel: 3}, name: last}]"
    assert notes(text) == [smallest("3x10x3")]


def test_smallest_input_among_many_mistakes() -> None:
    """A larger input with which more goes wrong than anybody reads is none that passes."""
    many = "".join("      - {conv: {out: 0, kernel: 1}}\n" for _ in range(250))
    text = (
        f"input: [3, 8, 8]\nlayers:\n  - when: $prev.height > 8\n    sequence:\n{many}  - conv: {{out: 4, kernel: 9}}\n"
    )
    assert notes(text) == [()]


@pytest.mark.parametrize(
    "item",
    ["{conv: {out: $i % 7 + 1, kernel: 1}, repeat: 20}", "{max_pool: {kernel: 2, stride: 1}, repeat: 7}"],
    ids=["many layers", "many shapes"],
)
def test_layers_are_made_again_where_many_were_remembered(item: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered of layers is bounded, and forgetting changes nothing."""
    text = f"input: [3, 8, 8]\nlayers: [{item}]"
    whole = outline(text)
    monkeypatch.setattr(making, "MOST_KEPT", 2)
    assert outline(text) == whole


def test_options_alone_need_no_branches() -> None:
    """A joining layer with options and no branches joins what it reads."""
    text = "inputs: {a: [3, 8, 8], b: [3, 8, 4]}\nlayers: [{concat: {axis: width}, from: [a, b]}]"
    assert outline(text) == ["0 concat 3x8x12 < a b"]
    assert findings(text.replace("width", "length")) == [
        "2:26 bad-value: axis must be channels, depth, height, width, or a number counted as torch does"
        " (1 = channels, -1 = last), got the text 'length'",
    ]


VARIANTS = "input: [3, 8, 8]\nparams: {w: 1}\nvariants: {a: {w: 2}, b: {w: 3}}\nlayers: [conv: {out: $w, kernel: 1}]\n"


def test_a_family_is_its_networks() -> None:
    """Networks of one file that is read once are those that are read one by one."""
    family = Family(text_source(VARIANTS, "model.yaml"), Opener())
    assert family.variants == ["a", "b"]
    for variant in (None, "b", "a"):
        one = api.read("model.yaml", text=VARIANTS, variant=variant)
        assert family.load(variant)[:2] == one[:2]


@pytest.mark.parametrize(
    "text",
    [VARIANTS.replace("[conv", "[cnov"), VARIANTS + "layrs: 3\n", "".join(f"section{i}: 3\n" for i in range(250))],
    ids=["layer", "section", "many"],
)
def test_a_family_with_mistakes(text: str) -> None:
    """Each network of a file with mistakes tells of all of them."""
    family = Family(text_source(text, "model.yaml"), Opener())
    assert family.load().findings == family.load().findings == api.read("model.yaml", text=text).findings
    assert family.load().findings != ()


def test_an_inherited_variant_can_be_left_out(tmp_path: Path) -> None:
    """An empty variant of the name of an inherited one takes it away; of another name it changes nothing."""
    (tmp_path / "base.yaml").write_text(
        "input: [3, 8, 8]\nparams: {w: 4}\nvariants: {wide: {w: 8}, deep: {w: 2}}\nlayers: [{conv: {out: $w, kernel: 1}}]\n"
    )
    (tmp_path / "own.yaml").write_text("extends: base.yaml\nvariants: {wide: , plain: }\n")
    assert set(api.read(str(tmp_path / "own.yaml")).variants) == {"deep", "plain"}


@pytest.mark.parametrize(
    ("budgets", "checked"),
    [
        ("", ["own"]),
        ("budgets: {parameters: 5}\n", ["own"]),
        ("budgets: {variants: {}}\n", ["own"]),
        ("budgets: {variants: {big: {parameters: 5}}}\n", ["big", "own"]),
        ("budgets: {variants: {'*': {parameters: 5}}}\n", ["big", "small", "own"]),
    ],
)
def test_inherited_variants_with_limits(tmp_path: Path, budgets: str, checked: list[str]) -> None:
    """A variant that is inherited is one of the file where its budgets speak of it: a limit is not left unlooked at."""
    base = "input: [3]\nparams: {n: 1}\nvariants: {big: {n: 3}, small: {n: 2}}\nlayers: [linear: $n]\n"
    (tmp_path / "base.yaml").write_text(f"{base}budgets: {{variants: {{'*': {{parameters: 50}}}}}}\n", "utf-8")
    path = tmp_path / "more.yaml"
    path.write_text(f"extends: base.yaml\nvariants: {{own: {{n: 4}}}}\n{budgets}", "utf-8")
    assert Family(read_source(str(path), None), Opener()).variants == checked


def test_no_more_layers_are_remembered_than_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers that were made are kept for the networks that follow, until there are too many: nothing changes by it."""
    monkeypatch.setattr(making, "MOST_KEPT", 2)
    text = "input: [3, 8, 8]\nlayers:\n" + "".join(f"  - conv: {{out: {n}, kernel: 1}}\n" for n in range(41, 49))
    found = api.read("model.yaml", text=text)
    assert found.findings == ()
    assert found.graph is not None
    assert [node.outputs[0] for node in found.graph.nodes] == [(n, 8, 8) for n in range(41, 49)]
    assert len(making._layers) <= 3
