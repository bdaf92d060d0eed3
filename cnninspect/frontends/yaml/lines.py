"""Syntax errors of keys and list entries: a line that is not what the lines around it make of it."""

from __future__ import annotations

from cnninspect.frontends.yaml.document import KNOWN
from cnninspect.frontends.yaml.items import SIBLINGS
from cnninspect.frontends.yaml.scene import Mistake, Scene
from cnninspect.layers import find
from cnninspect.values import Span, clip


def second_colon(scene: Scene) -> Mistake:
    """A ``:`` where none can be: the cause is on this line, or on the one above."""
    inner = scene.before.strip()
    tight = max(scene.before.find(":{"), scene.before.find(":["))
    if tight > 0 and inner[0] != ":" and not {"'", '"'} & {*scene.before}:
        word = scene.before[:tight].split()[-1].lstrip("[{,")
        advice = f"write '{clip(word, 40)}: {scene.before[tight + 1]}…'"
        return Mistake(scene.point(scene.line, tight + 1), "a space is missing after ':'", advice)
    if ": " in inner or inner.startswith(("? ", "*")):
        value = clip(scene.row[scene.row.index(": ") + 2 :].strip(), 40) if ": " in scene.row else ""
        return scene.here("this line has a second ':'", f"put the value in quotes, or write a mapping: {{{value}}}")
    if len(inner) > 1024:  # noqa: PLR2004 - YAML's limit
        return scene.here("a key has more than 1,024 characters", "shorten the key")
    above = scene.above()
    row = scene.source.line(above).split(" #")[0].rstrip() if above else ""
    word = row.strip().removeprefix("- ").strip()
    if not row or row.endswith(("]", "}", "'", '"')):
        return scene.here("no key can stand here", "put each 'key: value' on a line of its own")
    if ": " not in row and not row.endswith(":"):
        entry = row.lstrip().startswith("- ") and inner not in SIBLINGS
        return _below_a_word(scene, word, inner) if entry else no_colon(scene, above)
    return scene.here(
        "this line is indented deeper than the line above, which has a value already",
        f"line it up with '{clip(word, 40)}', or move that value to a line of its own",
    )


def _below_a_word(scene: Scene, word: str, key: str) -> Mistake:
    """A ``key: value`` below an entry that is one word: an option of it, or a layer of its own."""
    layer = find(word)
    value = clip(scene.row[scene.column :].strip(), 40)
    advice = f"write '- {clip(key, 40)}: {value}', an entry of its own"
    if layer is not None and key in layer.schema_options:
        advice = f"options of {word} are indented below '{word}:', or written {word}: {{{key}: {value}}}"
    where = scene.point(scene.line, len(scene.row) - len(scene.row.lstrip()) + 1)
    return Mistake(where, "a line without '- ' stands among list entries", advice)


def tight_dash(row: str) -> str:
    """What stands right behind a dash that begins a line; empty where a space does, or a number."""
    text = row.lstrip()
    return text[1:] if text[:1] == "-" and text[1:2] not in ("", " ", "-", ".") and not text[1:2].isdecimal() else ""


def no_colon(scene: Scene, line: int = 0) -> Mistake:
    """A key whose ``:`` is missing, or has no space behind it."""
    line = line or scene.opening.line + 1
    row = scene.source.line(line).split(" #")[0].rstrip()
    first = len(row) - len(row.lstrip(" -")) + 1
    word = row[first - 1 :]
    if tight_dash(row):
        where = scene.point(line, len(row) - len(row.lstrip()) + 1)
        return Mistake(where, "a space is missing after '-'", f"write '- {clip(tight_dash(row), 40)}'")
    if word[:1] in ("[", "{", "!"):
        return scene.there("something else stands among 'key: value' lines", "indent it below its key")
    name, colon, rest = word.partition(":")
    if colon and rest:
        where = scene.point(line, first + len(name))
        return Mistake(where, "a space is missing after ':'", f"write '{clip(name, 40)}: {clip(rest, 40)}'")
    where = Span(scene.source.name, line, first, line, len(row) + 1)
    return Mistake(where, f"no ':' follows '{clip(word, 40)}'", f"write '{clip(word, 40)}:'")


def out_of_line(scene: Scene) -> Mistake:
    """Something that is no further entry of the block that is open."""
    indent = scene.opening.column
    note = f"what is open here begins at {scene.opened_at}"
    if scene.before.strip(" -"):
        advice = "put the whole value in one pair of quotes"
        if scene.before.rstrip().endswith("'"):
            advice += "; between single quotes an apostrophe is written twice"
        return scene.here(f"{scene.char} cannot follow a finished value", advice, (note,))
    if scene.char == "':'":
        return scene.here("a key is missing before ':'", "write one, or put text that begins with ':' in quotes")
    if scene.column - 1 != indent:
        above = scene.source.line(scene.above())
        deeper = len(above) - len(above.lstrip(" " if scene.char == "'-'" else " -"))
        either = f"{indent}" if deeper == indent else f"{deeper} or {indent}"
        return scene.here(
            "this line lines up with nothing above it", f"indent it by {either} spaces, as lines above are"
        )
    if "mapping" in scene.context:
        what = "a list entry" if scene.char == "'-'" else "something else"
        return scene.here(f"{what} stands among 'key: value' lines", "indent it below its key", (note,))
    key = scene.row.strip().partition(":")[0]
    tight = tight_dash(scene.row)
    if tight:
        return scene.here("a space is missing after '-'", f"write '- {clip(tight, 40)}'")
    advice = f"write '- {clip(scene.row.strip(), 40)}'"
    if key in SIBLINGS:
        advice = f"indent '{key}' as the entry that it belongs to"
    elif key in KNOWN:
        advice = f"begin '{key}' at the left margin, as the other sections"
    return scene.here("a line without '- ' stands among list entries", advice, (note,))
