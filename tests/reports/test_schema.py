"""What the JSON Schema accepts the loader accepts, and the reverse, as far as a schema can see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cnninspect.frontends.yaml.document import KNOWN
from cnninspect.frontends.yaml.items import SIBLINGS
from cnninspect.frontends.yaml.reader import read_tree
from cnninspect.frontends.yaml.source import text_source
from cnninspect.frontends.yaml.tree import Mapping, Report, Scalar, Sequence
from cnninspect.layers import load_all
from cnninspect.layers.reshape import Axes, AxisOrder, NewAxis, NewShape
from cnninspect.options import LARGEST, Axis
from cnninspect.reports import pages, schema
from cnninspect.values import Problem

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.tree import Node
    from cnninspect.options import Option

ROOT = Path(__file__).parent.parent.parent
SCHEMA = schema.schema()
VALIDATOR = Draft202012Validator(SCHEMA)
BLOCKS = Draft202012Validator(
    {**SCHEMA, "type": "object", "properties": {}, "additionalProperties": True, "allOf": [], "$ref": "#/$defs/blocks"}
)
OPTIONS = {
    f"{layer.name}.{name}": option for layer in load_all().values() for name, option in layer.schema_options.items()
}
ABOUT_AXES = {
    name
    for name, option in OPTIONS.items()
    if isinstance(getattr(option, "option", option), (Axis, Axes, AxisOrder, NewAxis, NewShape))
}
"""Options that name axes or sizes of the input: whether it has them no schema can see."""
ZOO = sorted((ROOT / "architectures").glob("*.yaml"))
STRUCTURE = (
    "bad-block", "bad-branch", "bad-budget", "bad-section", "bad-shape", "bad-value", "bad-variant", "missing-input",
    "missing-layers", "not-a-model", "two-layers-in-one-item", "unknown-metric", "unknown-option", "unknown-section",
)  # fmt: skip
"""Codes of mistakes that can be seen without knowing shapes and names."""


def plain(node: Node) -> Any:
    """A tree as an editor's validator sees it."""
    if type(node) is Scalar:
        return node.value
    if type(node) is Sequence:
        return [plain(item) for item in node.items]
    assert type(node) is Mapping
    return {key.text: plain(value) for key, value in node.pairs}


def data(text: str) -> Any:
    """The data of a model's text."""
    tree = read_tree(text_source(text), Report())
    assert tree is not None
    return plain(tree)


def complaints(validator: Draft202012Validator, value: object) -> list[str]:
    """What a validator says, shortly."""
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]


def test_is_a_schema() -> None:
    """The schema is itself valid by its dialect, and its text is its JSON."""
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(schema.render()) == json.loads(json.dumps(SCHEMA))


def test_knows_the_language() -> None:
    """Sections and siblings are those of the reader, and every layer is described."""
    assert list(SCHEMA["properties"]) == list(KNOWN)
    assert set(schema.SIBLINGS) == set(SIBLINGS)
    item = SCHEMA["$defs"]["mapping"]["properties"]
    assert set(load_all()) <= set(item)
    assert [name for name, layer in load_all().items() if item[name]["description"] != schema.summary(layer)] == []


@pytest.mark.parametrize("path", ZOO, ids=lambda path: path.stem)
def test_zoo_is_valid(path: Path) -> None:
    """Every network that is shipped is valid."""
    assert complaints(VALIDATOR, data(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("name", pages.library_names())
def test_library_is_valid(name: str) -> None:
    """Every block that is shipped is valid as a declaration of blocks."""
    assert complaints(BLOCKS, data(pages.library_text(name))) == []


@pytest.mark.parametrize("word", sorted(pages.language()))
def test_pages_of_the_language_are_valid(word: str) -> None:
    """Every example of the language is valid."""
    (example,) = pages.language()[word].examples()
    assert complaints(VALIDATOR, data(example.text)) == []


@pytest.mark.parametrize("code", sorted(code for code, page in pages.codes().items() if [*page.examples()]))
def test_good_examples_are_valid(code: str) -> None:
    """Every model that the page of a code recommends is valid."""
    _, good = pages.codes()[code].examples()
    assert complaints(VALIDATOR, data(good.text)) == []


@pytest.mark.parametrize("code", STRUCTURE)
def test_bad_structure_is_refused(code: str) -> None:
    """A mistake of structure is refused by the schema as it is by the loader."""
    bad, _ = pages.codes()[code].examples()
    assert complaints(VALIDATOR, data(bad.text)) != []


@pytest.mark.parametrize(
    "item",
    [
        "relu",
        "my_block",
        {"relu": None},
        {"relu": {}, "name": "act", "repeat": 2},
        {"my_block": {"anything": [1]}, "when": "$deep", "else": "relu"},
        {"$block": "$width"},
        {"linear": "$classes"},
        {"conv": {"out": "$width", "kernel": ["$k", 3], "padding": "half"}},
        {"add": ["stem", "prev"]},
        {"concat": {"left": ["relu"], "right": [], "axis": "channels"}},
        {"sequence": ["relu", {"linear": 10}], "name": "head"},
        {"share": "stem"},
        {"share": "stem", "name": "again"},
        {"conv": {"out": 8}, "init": "kaiming"},
        {"conv": {"out": 8}, "init": 0},
        {"conv": {"out": 8}, "init": "$init"},
        {"conv": {"out": 8}, "init": {"normal": 0.01}},
        {"conv": {"out": 8}, "init": {"weight": {"uniform": "$bound"}, "bias": -4.6}},
    ],
)
def test_items_that_are_valid(item: object) -> None:
    """An item is a word, or one layer or block with siblings."""
    assert complaints(VALIDATOR, {"input": [3, 8, 8], "layers": [item]}) == []


@pytest.mark.parametrize(
    "item",
    [
        64,
        None,
        ["relu"],
        {},
        {"name": "stem"},
        {"relu": {}, "tanh": {}},
        {"relu": {}, "tanh": {}, "name": "act"},
        {"conv": None, "out": 8},
        {"my_block": {}, "other_block": {}},
        {"relu": 3},
        {"relu": {}, "else": "tanh"},
        {"relu": {}, "repeat": -1},
        {"relu": {}, "when": "deep"},
        {"relu": {}, "let": [1]},
        {"conv": {"out": 8}, "init": "kamming"},
        {"conv": {"out": 8}, "init": ["kaiming"]},
        {"conv": {"out": 8}, "init": {}},
        {"conv": {"out": 8}, "init": {"bias": {"normal": 0}}},
        {"conv": {"filters": 8}},
        {"conv": {"out": 0}},
        {"conv": {"out": 8, "bias": "yes"}},
        {"add": {"main": "relu"}},
        {"sequence": {"relu": {}}},
    ],
)
def test_items_that_are_not(item: object) -> None:
    """What is no item of a list of layers is refused."""
    assert complaints(VALIDATOR, {"input": [3, 8, 8], "layers": [item]}) != []


# --- what an editor offers -------------------------------------------------------------------


def resolved(form: Any) -> Any:
    """A part of the schema with its reference followed."""
    reference = form.get("$ref")
    return {**SCHEMA["$defs"][reference.rpartition("/")[2]], **form} if reference else form


def offered(*path: str) -> dict[str, str]:
    """The keys that an editor offers below a path (``[]`` is an item of a list), with the help beside each.

    As language servers do: every form that an anyOf allows is looked into, whichever fits what is written so far.
    """
    forms = [SCHEMA]
    for step in (*path, None):
        seen, queue = [], forms
        while queue:
            form = resolved(queue.pop(0))
            seen.append(form)
            queue += form.get("anyOf", [])
        if step is None:
            return {key: part["description"] for form in seen for key, part in form.get("properties", {}).items()}
        if step == "[]":
            forms = [form["items"] for form in seen if "items" in form]
        else:
            forms = [form["properties"][step] for form in seen if step in form.get("properties", {})]
            forms += [
                form["additionalProperties"] for form in seen if isinstance(form.get("additionalProperties"), dict)
            ]
    raise AssertionError


PLACES = {
    "layers": ("layers", "[]"),
    "a branch": ("layers", "[]", "add", "main", "[]"),
    "a sequence": ("layers", "[]", "sequence", "[]"),
    "a block": ("blocks", "unit", "layers", "[]"),
}


@pytest.mark.parametrize("place", PLACES)
def test_editors_offer_every_layer(place: str) -> None:
    """Wherever a layer may stand an editor offers all of them, each with its sentence, and what stands beside one."""
    found = offered(*PLACES[place])
    assert {*load_all(), *schema.SIBLINGS, *pages.library_names(), "sequence"} <= set(found)
    assert all(found.values())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("layer", ["conv", "max_pool", "batch_norm", "linear"])
def test_editors_offer_every_option(place: str, layer: str) -> None:
    """Below a layer an editor offers its options, each with its help; nothing of another layer."""
    options = load_all()[layer].schema_options
    found = offered(*PLACES[place], layer)
    assert list(found) == list(options)
    assert all(found[name].startswith(option.help) for name, option in options.items())


def test_editors_offer_words() -> None:
    """Values that are words are listed for choosing, as the rounding of a pool or a limit of a budget."""
    rounding = resolved(SCHEMA["$defs"]["max_pool_options"])["properties"]["rounding"]
    assert {"enum": ["floor", "ceil", "caffe"]} in rounding["anyOf"]
    assert {"macs", "receptive_field", "variants"} <= set(offered("budgets"))
    assert "macs" in offered("budgets", "stage4")
    assert "macs" in offered("budgets", "variants", "big")
    assert "macs" in offered("budgets", "layers")


def test_editors_say_what_to_write() -> None:
    """A limit that is none, and a metric that is none, have messages of their own for editors that show them."""
    limits = SCHEMA["$defs"]["limits"]
    assert "metric" in limits["errorMessage"]
    text = limits["properties"]["macs"]["anyOf"][0]
    assert text["patternErrorMessage"] == text["errorMessage"] == "write a limit such as '<= 5M'"
    assert all(VALIDATOR.is_valid({"input": [3, 8, 8], "layers": ["relu"], "budgets": {name: part["anyOf"][0]["examples"][0]}})
               for name, part in limits["properties"].items())  # fmt: skip


# --- options against their schema ----------------------------------------------------------


def drawn(shape: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a schema accepts."""
    if "anyOf" in shape:
        return st.one_of([drawn(part) for part in shape["anyOf"]])
    if "enum" in shape:
        return st.sampled_from(shape["enum"])
    if "const" in shape:
        return st.just(shape["const"])
    kind = shape["type"]
    if kind == "array":
        return st.lists(
            drawn(shape["items"]),
            min_size=shape.get("minItems", 0),
            max_size=shape.get("maxItems", 4),
            unique=shape.get("uniqueItems", False),
        )
    if kind == "integer":
        whole = st.integers(shape.get("minimum", -LARGEST), shape.get("maximum", LARGEST))
        if "not" in shape:
            whole = whole.filter(lambda number: number != shape["not"]["const"])
        return st.one_of(whole, st.just(shape.get("minimum", shape.get("maximum", 1))))
    if kind == "number":
        low = shape["exclusiveMinimum"] + 1e-6 if "exclusiveMinimum" in shape else shape.get("minimum", -1e9)
        high = shape["exclusiveMaximum"] - 1e-6 if "exclusiveMaximum" in shape else shape.get("maximum", 1e9)
        return st.floats(low, high)
    return {"boolean": st.booleans(), "null": st.none()}[kind]


def accepted(option: Option[Any], value: object) -> bool:
    """Whether an option takes a value, on maps of some number of axes."""
    for rank in (1, 2, 3):
        try:
            option.parse(value, rank)
        except Problem:
            continue
        return True
    return False


NUMBERS = st.one_of(st.integers(-6, 6), st.sampled_from([0.0, 1.0, -1.0, 0.5, 1.5, 2.0, -0.5, 1e-5, 64, 1000]))
WORDS = st.sampled_from(
    [
        *sorted(
            {word for option in OPTIONS.values() for word in getattr(option, "choices", getattr(option, "words", ()))}
        ),
        *("", "3", "true", "channels", "height", "yes", "none"),
    ],
)
LEAVES = st.one_of(NUMBERS, NUMBERS, st.booleans(), st.none(), WORDS)
ANYTHING = st.one_of(
    LEAVES, st.lists(LEAVES, max_size=4), st.lists(st.lists(NUMBERS, max_size=3), max_size=4), st.just({})
)


@pytest.mark.parametrize("name", sorted(set(OPTIONS) - ABOUT_AXES))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_what_the_schema_accepts_the_option_accepts(name: str, data: st.DataObject) -> None:
    """Every value that an editor lets pass is one that the option takes."""
    option = OPTIONS[name]
    assert accepted(option, data.draw(drawn(option.schema())))


@pytest.mark.parametrize("name", sorted(OPTIONS))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(value=ANYTHING)
def test_schema_and_option_agree(name: str, value: object) -> None:
    """What an option takes the schema accepts, and the reverse but for axes that the input may not have."""
    option = OPTIONS[name]
    valid, taken = Draft202012Validator(option.schema()).is_valid(value), accepted(option, value)
    assert valid == taken or (valid and name in ABOUT_AXES)


@pytest.mark.parametrize("name", ["conv.out", "conv.kernel", "conv.bias", "conv.padding", "conv.padding_mode"])
def test_any_value_may_be_an_expression(name: str) -> None:
    """A text with a $ is accepted wherever a value stands, also in a list; another text is not."""
    validator = Draft202012Validator({"$defs": SCHEMA["$defs"], **schema.option_schema(OPTIONS[name])})
    assert validator.is_valid("$width * 2")
    assert not validator.is_valid("width * 2")
    assert validator.is_valid(["$k", 3]) is (name in ("conv.kernel", "conv.padding"))


def test_options_are_described() -> None:
    """An option is described by its help, and its default is a default of the schema."""
    options = SCHEMA["$defs"]["conv_options"]["properties"]
    assert options["out"]["description"] == "channels produced (required)"
    assert "default" not in options["out"]
    assert options["bias"]["default"] is True
    stride = SCHEMA["$defs"]["max_pool_options"]["properties"]["stride"]
    assert stride["description"].endswith("(default: same as kernel)")
