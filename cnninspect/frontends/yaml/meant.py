"""What a text was probably meant to be, where it is no value, layer or condition: looked for once something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.frontends.yaml.environment import Environment
from cnninspect.frontends.yaml.evaluation import Unknown
from cnninspect.frontends.yaml.expressions import ExpressionError, parse_expression
from cnninspect.frontends.yaml.hints import OPTIONS, near, plain_word
from cnninspect.frontends.yaml.scalars import resolve
from cnninspect.options import LARGEST
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnninspect.frontends.yaml.tree import Node
    from cnninspect.layers.base import Layer
    from cnninspect.options import Option

LONGEST = 200
"""Characters of the longest text that is looked at."""
PERCENT = 100
LONGEST_LINE = 10_000
"""Characters of a line in which one that looks like another is looked for."""
ODD = {
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": '"', "\u2019": '"', "\uff02": '"', "\uff07": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\uff0d": "-",
    "\uff1a": ": ", "\uff0c": ", ", "\u3001": ", ", "\uff08": "(", "\uff09": ")", "\uff3b": "[", "\uff3d": "]",
    "\uff5b": "{", "\uff5d": "}", "\uff03": "#", "\uff04": "$", "\u00a0": " ", "\u2003": " ", "\u3000": " ",
    "\u00ad": "", "\u200b": "", "\u200c": "", "\u200d": "", "\u200e": "", "\u200f": "", "\u2060": "",
    "\u202a": "", "\u202b": "", "\u202c": "", "\u202d": "", "\u202e": "",
    "\u2066": "", "\u2067": "", "\u2068": "", "\u2069": "",
}  # fmt: skip
"""Characters that look like those of YAML, or like nothing, with what is written in their place."""
TRUTH = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
PYTHON = {"True": "true", "False": "false", "None": "null"}


def odd_character(text: str) -> str:
    """The first character that looks like another one, by its name; empty where there is none."""
    found = next((character for character in text[:LONGEST_LINE] if character in ODD), "")
    if not found:
        return ""
    from unicodedata import name

    return f"U+{ord(found):04X} ({name(found).lower()})"


def odd_help(text: str, *, whole: bool = False) -> str:
    """How to mend a text that has a character which looks like another one; ``whole`` writes all of it."""
    named = odd_character(text)
    if not named:
        return ""
    if whole:
        plain = "".join([ODD.get(character, character) for character in text]).strip(" \"'")
        return f"{named} is no sign of YAML: write {clip(plain, 60)}" if plain else f"delete {named}"
    meant = ODD[next(character for character in text if character in ODD)]
    return f"{named} is no sign of YAML: write '{meant}'" if meant else f"{named} is invisible: delete it"


def sizes_in(text: str) -> list[str]:
    """The whole numbers of ``(3, 3)``, ``3x3`` or ``3, 3``; none where it is something else."""
    inner = text[: LONGEST + 1].strip().strip("()[]").lower().replace("\u00d7", "x").replace(",", "x").replace(" ", "")
    parts = inner.removesuffix("x").split("x")
    good = len(text) <= LONGEST and all(part.isascii() and part.isdecimal() for part in parts)
    return parts if good else []


def value_help(text: str, *, number: bool = True, listed: bool = False) -> str:
    """How to write the value that a text was meant to be.

    ``number`` where one is expected or a list of them, ``listed`` where the text is part of such a list already.
    """
    if len(text) > LONGEST:
        return ""
    odd = odd_help(text, whole=True)
    if odd:
        return odd
    sizes = sizes_in(text)
    if number and len(sizes) == 1 and text == sizes[0]:  # a text of digits was written in quotes
        return f"write {text} without quotes"
    if len(sizes) > 1 and listed:
        return f"write {', '.join(sizes)}: each number is an entry of its own"
    if len(sizes) > 1:
        return f"a list is written in square brackets: [{', '.join(sizes)}]"
    before, mark, _ = text.partition("#")
    if mark and before.strip() and not isinstance(resolve(before.strip()), str):
        return f"a '#' begins a comment only behind a space: write {before.strip()}"
    return _computed(text) if number else ""


def option_value_help(option: Option[Any], value: object, node: Node, env: Environment) -> str:
    """How to write the value of an option that is something else."""
    kind, text = option.kind, getattr(node, "text", "")
    words = getattr(option, "choices", ()) or getattr(option, "words", ())
    if isinstance(value, str) and words and near(value, words):
        return f"did you mean '{near(value, words)}'?"
    share = resolve(value[:-1]) if isinstance(value, str) and value.endswith("%") else value
    if getattr(option, "max", None) == 1 and isinstance(share, (int, float)) and 5 <= share <= PERCENT:  # noqa: PLR2004 - fewer are no percents
        return f"it is a share: write {share / PERCENT:g}"
    parts = value if isinstance(value, list) else [value]
    texts = [part for part in parts if isinstance(part, str)]
    if texts and "$" not in text and "number" in kind and texts[0].isidentifier() and texts[0] in env.names():
        return f"the value of a name is written with $: ${texts[0]}"
    if texts:
        found = value_help(texts[0], number="number" in kind, listed=isinstance(value, list))
        return f"where {clip(text, 40)} comes from: {found}" if found and "$" in text else found
    if isinstance(value, float) and "$" in text and kind.startswith("a whole number"):
        whole = f", or {clip(text.replace('/', '//'), 40)}" if text.count("/") == 1 else ""
        return f"round it: int({clip(text, 40)}){whole}"
    return ""


def call_help(layer: type[Layer], value: object) -> str:
    """How to write several options that stand as one bare value, as in a call; empty where they do not."""
    options = layer.schema_options
    plain = isinstance(value, list) and not any(isinstance(part, (list, dict)) for part in value)
    inside = ", ".join(map(str, value)) if plain and isinstance(value, list) else value
    given = _arguments(inside.strip("()"), [*options]) if isinstance(inside, str) and len(inside) <= LONGEST else {}
    if isinstance(value, str) and "=" not in value and len(given) == 1:
        return ""
    if not given:
        return ""
    try:
        for name, written in given.items():
            options[name].parse(resolve(written), -1)
    except Problem:  # another order, such as torch's (in, out)
        given = {name: "…" for name, option in options.items() if option.required}
    return f"options are named: write {layer.name}: {{{', '.join(f'{name}: {one}' for name, one in given.items())}}}"


def named_help(block: str, names: list[str], value: Node | None) -> str:
    """How to write the arguments of a block that stand in a list; empty where they do not."""
    items = getattr(value, "items", ())
    texts = [getattr(item, "text", "") for item in items]
    if not 1 < len(texts) <= len(names) or not all(texts):
        return ""
    pairs = ", ".join(f"{name}: {clip(text, 24)}" for name, text in zip(names, texts, strict=False))
    return f"arguments are named: write {block}: {{{pairs}}}"


def _computed(text: str) -> str:
    """The same for a text that computes something and has no ``$``."""
    base, mark, power = text.replace(" ", "").partition("**")
    if mark and all(part.isascii() and part.isdecimal() and len(part) < 3 for part in (base, power)):  # noqa: PLR2004
        value = int(base) ** int(power)
        return f"an expression has a $ in it, and no '**': write {value}" if value <= LARGEST else ""
    if not set("+*/%(<>=").intersection(text) and " - " not in text:
        return ""
    try:
        names = parse_expression(text).names()
        if not names:
            value = str(parse_expression(text).evaluate(Environment({})))
            return f"an expression has a $ in it: write {clip(PYTHON.get(value, value), 24)}"
    except (ExpressionError, Unknown):
        return ""
    return f"an expression has a $ in it: write {_with_dollars(text)}"


def _with_dollars(text: str) -> str:
    """An expression with a ``$`` before each of its names."""
    from cnninspect.frontends.yaml.functions import FUNCTIONS
    from cnninspect.frontends.yaml.tokens import tokens

    written, at = "", 0
    for kind, value, start, end in tokens(text, 0):
        called = value in FUNCTIONS and text[end:].lstrip()[:1] == "("
        written += text[at:start] + ("$" if kind == "name" and not called else "") + text[start:end]
        at = end
    return written


def condition_help(text: str, known: Iterable[str]) -> str:
    """How to write the condition that a text was meant to be."""
    if text.lower() in TRUTH:
        return f"write {TRUTH[text.lower()]}"
    if text.isidentifier():
        from cnninspect.frontends.yaml.lookups import near

        names = sorted(set(known))
        meant = text if text in names else near(text, names)
        return f"names in conditions are written with $, such as ${meant}" if meant else ""
    return value_help(text)


def tuple_help(option: str, written: Mapping[str, Node]) -> str:
    """How to write the ``(3, 3)`` that brackets of a mapping took apart, ``option`` being a piece of it."""
    key, parts = "", []
    for name, node in written.items():
        value = getattr(node, "text", "")
        if value.startswith("(") and ")" not in value:
            key, parts = name, [value[1:]]
        elif key and not value:
            parts.append(name.rstrip(")"))
            if name.endswith(")"):
                if option == name or option in parts:
                    return f"a list is written in square brackets: {clip(key, 40)}: [{clip(', '.join(parts), 60)}]"
                key = ""
        else:
            key = ""
    return ""


def layer_text_help(text: str, value: str, known: Iterable[str], aliases: Mapping[str, str]) -> str:
    """How to write a layer whose name has run together with what is beside it; empty where it has not."""
    odd = odd_help(text)
    if odd or len(text) > LONGEST:
        return odd
    names = set(known)
    word, colon, rest = text.partition(":")
    op = aliases.get(plain_word(word)) or (word if word in names else "")
    if colon and op and rest:
        whole = f"{rest}: {value}" if value else rest
        return f"a space follows the colon: write {op}: {clip(whole, 60)}"
    word, bracket, rest = text.partition("(")
    op = word if word in names else aliases.get(plain_word(word), "")
    if bracket and op:
        return _call_help(op, rest, own=word == op)
    return "options are written in braces, such as conv: {out: 64, kernel: 3}" if text.endswith(")") else ""


def _call_help(op: str, rest: str, *, own: bool) -> str:
    """How to write ``op(rest`` as a layer; ``own`` where it is called as it is here."""
    from cnninspect.layers import find
    from cnninspect.options import REQUIRED

    layer = find(op)
    inside = rest.rpartition(")")[0].strip() if rest.rstrip().endswith(")") else None
    if layer is None:
        single = inside and not set("=,()[]").intersection(inside)
        return f"write {op}: {inside}" if single else f"write {op}" if inside == "" else f"write {op}: {{…}}"
    options = [*layer.schema_options]
    needed = [name for name, option in layer.schema_options.items() if option.default is REQUIRED]
    given = _arguments(inside, options) if own and inside is not None else {}
    if not options or not (needed or given or inside != ""):
        return f"write {op}"
    missing = [name for name in needed or (options[:1] if not given else []) if name not in given]
    pairs = [f"{name}: {value}" for name, value in given.items()] + [f"{name}: …" for name in missing]
    called = "" if own else f"it is called '{op}' here: "
    return f"{called}write {op}: {{{', '.join(pairs)}}}"


def _arguments(inside: str, options: list[str]) -> dict[str, str]:
    """What stands in the parentheses of a call, by option; nothing where that is not plain."""
    given: dict[str, str] = {}
    if not inside or set("()[]{}'\"$").intersection(inside):
        return given
    for index, written in enumerate(inside.split(",")):
        name, equals, value = written.rpartition("=")
        word = name.strip() if equals else options[index] if index < len(options) else ""
        word = word if word in options else OPTIONS.get(word, "")
        value = value.strip()
        if word not in options or word in given or not value:
            return {}
        given[word] = PYTHON.get(value, value)
    return given
