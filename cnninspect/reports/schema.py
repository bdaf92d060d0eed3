"""The JSON Schema of the language, for editors: completion, help while writing, and mistakes underlined.

It is made from the layers' own options. It refuses what it can refuse by looking at a file alone; what needs
shapes, names or values of expressions is left to the program.
"""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Any

from cnninspect.layers import load_all
from cnninspect.layers.base import Merge
from cnninspect.options import Same
from cnninspect.reports import pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.layers.base import Layer
    from cnninspect.options import Option

    Schema = dict[str, Any]

MODELINE = "# yaml-language-server: $schema="
"""What makes an editor use a schema for one file, with its path from there behind it."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
LAYERS, ITEM, EXPRESSION, NAME, NAMES, SHAPE, BLOCKS, LIMITS = (
    {"$ref": f"#/$defs/{name}"}
    for name in ("layers", "item", "expression", "name", "names", "shape", "blocks", "limits")
)
SIBLINGS: tuple[str, ...] = ("name", "from", "repeat", "when", "else", "let", "share", "init")
"""What may stand beside a layer in its item."""
BEGINNINGS = ("torch", "kaiming", "xavier", "orthogonal", "trunc_normal", "zeros", "ones")
DRAWN = ("normal", "trunc_normal", "uniform")
"""How a weight may begin: in a word, and with a number."""


def render() -> str:
    """The schema as the text of a file."""
    return dumps(schema(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def schema() -> Schema:
    """The schema of a model file."""
    layers = dict(sorted(load_all().items()))
    return {
        "$schema": DIALECT,
        "title": "A model of cnninspect",
        "type": "object",
        "properties": _sections(layers),
        "additionalProperties": False,
        "allOf": [
            {"anyOf": [{"required": ["layers"]}, {"required": ["extends"]}]},
            {"anyOf": [{"required": ["input"]}, {"required": ["inputs"]}, {"required": ["extends"]}]},
            {"not": {"required": ["input", "inputs"]}},
        ],
        "$defs": {
            "expression": {"type": "string", "pattern": "\\$", "description": "a value that is computed"},
            "name": {"type": ["string", "number"], "description": "the name of a layer, or prev for the one above"},
            "names": {"anyOf": [NAME, {"type": "array", "items": NAME, "minItems": 1}]},
            "shape": {"anyOf": [{"type": "array", "items": computed(_SIZE), "minItems": 1, "maxItems": 4}, EXPRESSION]},
            "layers": {"type": "array", "items": ITEM},
            "limits": _limits(),
            "blocks": {"type": "object", "additionalProperties": {"anyOf": [LAYERS, _BLOCK]}},
            "item": {"anyOf": [_word(layers), {"$ref": "#/$defs/mapping"}]},
            "mapping": _mapping(layers),
            **{f"{name}_options": _options(layer) for name, layer in layers.items()},
        },
    }


# --- the top level -----------------------------------------------------------------------

_SIZE: Schema = {"type": "integer", "minimum": 1}
_BLOCK: Schema = {
    "type": "object",
    "properties": {
        "args": {"type": "object", "description": "arguments with their defaults; one without a value is required"},
        "let": {"type": "object", "description": "names for values, computed on entry"},
        "layers": LAYERS,
        "description": {"type": "string"},
    },
    "required": ["layers"],
    "additionalProperties": False,
}
_HEAD: Schema = {
    "type": "object",
    "properties": {"from": NAMES, "training": {"anyOf": [{"type": "boolean"}, EXPRESSION]}},
    "additionalProperties": False,
}


def _sections(layers: Mapping[str, type[Layer]]) -> Schema:
    defaults = {name: {"$ref": f"#/$defs/{name}_options"} for name in layers}
    shape_inside: Schema = {"type": "object", "properties": {"shape": SHAPE}, "required": ["shape"]}
    sections: Schema = {
        "name": {"type": ["string", "number"]},
        "description": {"type": "string"},
        "reference": {"type": ["string", "object"]},
        "extends": {"type": "string"},
        "layout": {"enum": ["channels_first", "channels_last"]},
        "input": {"anyOf": [{"type": "array", "$ref": "#/$defs/shape"}, shape_inside]},
        "inputs": {"type": "object", "additionalProperties": SHAPE},
        "params": {"type": "object"},
        "variants": {"type": "object", "additionalProperties": {"type": ["object", "null"]}},
        "defaults": {"type": "object", "properties": defaults},
        "blocks": dict(BLOCKS),
        "layers": {**LAYERS, "minItems": 1},
        "outputs": {
            "anyOf": [
                {"type": "array", "items": NAME},
                {"type": "object", "additionalProperties": {"anyOf": [NAMES, _HEAD]}},
            ]
        },
        "budgets": _budgets(),
        "training": _training(),
    }
    words = pages.language()
    return {name: {"description": words[name].first_sentence(), **section} for name, section in sections.items()}


def _budgets() -> Schema:
    """The limits of the network, and of its variants."""
    limits = _limits()
    variants = {
        "type": "object",
        "description": "limits of variants: a name, or a pattern such as '*', with its limits",
        "additionalProperties": {"anyOf": [{"type": "null"}, LIMITS]},
    }
    return {**limits, "properties": {**limits["properties"], "variants": variants}}


def _limits() -> Schema:
    """Metrics with their limits; a mapping under any other name holds those of a part."""
    from cnninspect.checks.budget_terms import terms

    metrics: Schema = {}
    for name, term in terms().items():
        said = f"write a limit such as '{term.example}'"
        text: Schema = {
            "type": "string",
            "pattern": term.pattern,
            "examples": [term.example],
            "errorMessage": said,
            "patternErrorMessage": said,  # what editors show; no validator minds
        }
        bare: list[Schema] = [{"type": "number", "minimum": 0}] if term.number else []
        metrics[name] = {"description": term.means, "anyOf": [text, *bare, LIMITS]}
    said = "no metric has this name; a part of the network has a mapping of limits"
    return {"type": "object", "properties": metrics, "additionalProperties": LIMITS, "errorMessage": said}


def _training() -> Schema:
    """The options of a recipe, from their one declaration."""
    from cnninspect.recipe import OPTIONS

    own = {name: option_schema(option) for name, option in OPTIONS.items()}
    return {"type": "object", "properties": own, "additionalProperties": False}


# --- items of a list of layers -------------------------------------------------------------


def _word(layers: Mapping[str, type[Layer]]) -> Schema:
    """The name of a layer alone: those that are known for completion, any other for blocks."""
    return {"anyOf": [{"enum": [*layers, *pages.library_names()]}, {"type": "string"}]}


def _law() -> Schema:
    """How one weight may begin: by a word, as a number, or drawn with one."""
    above: Schema = computed({"type": "number", "exclusiveMinimum": 0})
    drawn = {"properties": dict.fromkeys(DRAWN, above), "minProperties": 1, "maxProperties": 1}
    return computed(
        {
            "anyOf": [
                {"enum": [*BEGINNINGS]},
                {"type": "number"},
                {"type": "object", **drawn, "additionalProperties": False},
            ]
        }
    )


def _mapping(layers: Mapping[str, type[Layer]]) -> Schema:
    """A mapping with one layer or block and what may stand beside it.

    Blocks have any name, so no list of names can say that there is one layer only. Three rules come close: beside
    a known layer stands nothing but siblings; without siblings there is one key; and siblings alone are nothing.
    """
    words, law = pages.language(), _law()
    beside: Schema = {
        "name": {"type": ["string", "number"]},
        "from": NAMES,
        "repeat": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "array"}, EXPRESSION]},
        "when": {"anyOf": [{"type": ["boolean", "number"]}, EXPRESSION]},
        "else": {"anyOf": [ITEM, LAYERS]},
        "let": {"type": "object"},
        "share": {"type": ["string", "number"]},
        "init": {"anyOf": [law, {"type": "object", "additionalProperties": law, "minProperties": 1}]},
    }
    described = {name: {"description": words[name].first_sentence(), **value} for name, value in beside.items()}
    known = {"sequence": {"description": words["sequence"].first_sentence(), **LAYERS}}
    known |= {name: _value(layer) for name, layer in layers.items()}
    library = {
        name: {"description": f"a block that comes with cnninspect: cnninspect explain {name}"}
        for name in pages.library_names()
    }
    return {
        "type": "object",
        "properties": {**described, **known, **library},
        "dependentRequired": {"else": ["when"]},
        "dependentSchemas": {name: {"propertyNames": {"enum": [name, *SIBLINGS]}} for name in known},
        "not": {"propertyNames": {"enum": [name for name in SIBLINGS if name != "share"]}},
        "if": {"propertyNames": {"not": {"enum": [*SIBLINGS]}}},
        "then": {"maxProperties": 1},
    }


def _value(layer: type[Layer]) -> Schema:
    """What may stand behind the name of a layer: nothing, a value for its first option, or its options."""
    first = next(iter(layer.schema_options.values()), None)
    bare = [] if first is None else [computed(first.schema())]
    options: Schema = {"$ref": f"#/$defs/{layer.name}_options"}
    forms: list[Schema] = [{"type": "null"}, *bare, options]
    if issubclass(layer, Merge):
        own = _properties(layer)
        names: Schema = {"type": "array", "items": NAME, "minItems": 1}
        scalars = [{"allOf": [{"not": {"type": "array"}}, *bare]}] if bare else []
        forms = [
            {"type": "null"},
            names,
            *scalars,
            {"type": "object", "properties": own, "additionalProperties": LAYERS},
        ]
    return {"description": summary(layer), "anyOf": forms}


# --- options -------------------------------------------------------------------------------


def _options(layer: type[Layer]) -> Schema:
    return {"type": "object", "properties": _properties(layer), "additionalProperties": False}


def _properties(layer: type[Layer]) -> Schema:
    return {name: option_schema(option) for name, option in layer.schema_options.items()}


def option_schema(option: Option[Any]) -> Schema:
    """What may be written for an option, with its help and its default."""
    found: Schema = {"description": option.help, **computed(option.schema())}
    if option.required:
        found["description"] += " (required)"
    elif isinstance(option.default, Same):
        found["description"] += f" (default: {option.default!r})"
    elif option.default is not None:
        found["default"] = option.default
    return found


def computed(schema: Mapping[str, Any]) -> Schema:
    """The same schema where every value, also each of a list, may be an expression instead."""
    if "anyOf" in schema:
        inner = [form for part in schema["anyOf"] for form in computed(part)["anyOf"] if form != EXPRESSION]
        return {**schema, "anyOf": [*inner, EXPRESSION]}
    own = dict(schema)
    if "items" in own:
        own["items"] = computed(own["items"])
    return {"anyOf": [own, EXPRESSION]}


def summary(layer: type[Layer]) -> str:
    """The first sentence of a layer's docstring."""
    return (layer.__doc__ or "").strip().partition("\n")[0]
