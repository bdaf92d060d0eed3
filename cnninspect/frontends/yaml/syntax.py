"""Syntax errors in plain words: what a person did wrong where a parser, in C or in Python, gave up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.lines import no_colon, out_of_line, second_colon
from cnninspect.frontends.yaml.scene import Mistake, Scene
from cnninspect.values import Span, clip

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.frontends.yaml.scene import Complaint
    from cnninspect.frontends.yaml.tree import Placed, Source

CLOSING = {"[": "]", "{": "}"}


def explain(source: Source, error: Complaint, inner: Placed | None) -> Mistake:
    """What a person did wrong where a parser, in C or in Python, gave up."""
    scene = Scene(source, error, inner)
    if "directive" in scene.context or "YAML" in scene.problem:
        return _directive(scene)
    if "tag" in scene.context or "tag handle" in scene.problem:
        advice = "a model needs none; put text that begins with '!' in quotes"
        return scene.there("this tag is not written as YAML wants it", advice)
    for needle, tell in EXPLAINED:
        if needle in scene.problem:
            return _with_odd(scene, tell(scene))
    advice = "text with special characters belongs in quotes"  # pragma: no cover - no known parser complains of more
    return scene.here(f"this is not YAML: {clip(scene.problem)}", advice)  # pragma: no cover


def _with_odd(scene: Scene, mistake: Mistake) -> Mistake:
    """Add that a character looks like one of YAML's where that may be the cause."""
    from cnninspect.frontends.yaml.meant import odd_help

    odd = odd_help(scene.source.line(mistake.span.line).partition(" #")[0])
    return mistake._replace(notes=(*mistake.notes, odd)) if odd else mistake


def _unclosed_quote(scene: Scene) -> Mistake:
    return scene.there("this quote is never closed", f"write {scene.opened} where the text ends")


def _bad_start(scene: Scene) -> Mistake:
    if scene.char == "'\\t'":
        return _tab(scene)
    text = scene.row[scene.column - 1 :].split(" #")[0]
    inside = scene.before.count("{") + scene.before.count("[") > scene.before.count("}") + scene.before.count("]")
    word = clip((text.split(",")[0] if inside else text).rstrip(" ,]}"), 40)
    return scene.here(f"a value cannot begin with {scene.char}", f"put it in quotes: '{word}'")


def _tab(scene: Scene) -> Mistake:
    if scene.before.strip():
        return scene.here("a tab stands where only spaces may", "write a space instead of the tab")
    return scene.here("a tab is used for indentation", "YAML is indented by spaces: write 2 for each level")


def _directive(scene: Scene) -> Mistake:
    start = Span(scene.source.name, scene.line, 1, scene.line, 2)
    message = "a line that begins with '%' is a directive, which no model needs"
    return Mistake(start, message, "delete the line, or put the text in quotes")


def _tight_colon(scene: Scene) -> Mistake:
    """A ``:`` in brackets that a bracket or comma follows at once: part of the word, says YAML 1.1."""
    word = clip(scene.before[max(map(scene.before.rfind, "[{,")) + 1 :].strip(), 40)
    return scene.here("a space is missing after ':'", f"write '{word}: {scene.row[scene.column : scene.column + 1]}…'")


def _list_in_line(scene: Scene) -> Mistake:
    return scene.here("no '- ' can stand here", "begin the list on a line of its own, or write it in brackets: [a, b]")


def _key_in_line(scene: Scene) -> Mistake:
    return scene.here("no '? ' can stand here", "put text that begins with '?' in quotes")


def _bracket(scene: Scene) -> Mistake:
    """A bracket that is never closed, or entries without a comma between them."""
    closing = CLOSING.get(scene.opened, "]")
    if scene.at_end or (scene.line > scene.opening.line + 1 and not _closes(scene.source.text, scene.index)):
        return scene.there(f"this '{scene.opened}' is never closed", f"write '{closing}' where it ends")
    note = f"the '{scene.opened}' is at {scene.opened_at}"
    advice = _dollar_help(scene) or "separate entries by commas, and pair the brackets"
    return scene.here(f"',' or '{closing}' must come before {scene.char}", advice, (note,))


def _dollar_help(scene: Scene) -> str:
    """How to write an expression that a bracket behind its ``$`` breaks in two; empty where there is none."""
    word = scene.before[max(map(scene.before.rfind, "{[,: ")) + 1 :]
    inside = clip(scene.row[scene.column :].split("}")[0].split("]")[0].strip(), 40)
    if word == "$" and scene.char == "'{'":
        return f"in brackets write ${inside}, without braces"
    if word[:1] == "$" and scene.char == "'['":
        return f"an entry of a list stands behind a point: write {word}.{inside}"
    return ""


def _closes(text: str, index: int) -> bool:
    """Whether a bracket that was open at the index is closed in what follows."""
    depth = 0
    for character in text[index : index + 10_000]:
        depth += (character in "[{") - (character in "]}")
        if depth < 0:
            return True
    return False


def _no_value(scene: Scene) -> Mistake:
    inner = scene.inner
    if scene.at_end and inner is not None:
        bracket = scene.source.line(inner.line)[inner.column - 1 : inner.column]
        if bracket in ("[", "{"):
            where = scene.point(inner.line, inner.column)
            return Mistake(where, f"this '{bracket}' is never closed", f"write '{CLOSING[bracket]}' where it ends")
    if scene.char in ("']'", "'}'"):
        return scene.here(f"{scene.char} closes nothing", "delete it, or write the bracket that opens it")
    return scene.here(f"a value is missing before {scene.char}", "write the value, or '\"\"' for an empty text")


def _after_end(scene: Scene) -> Mistake:
    if scene.char in ("']'", "'}'"):
        return _no_value(scene)
    advice = "a model is one mapping: is this line indented as the others?"
    return scene.here(f"{scene.char} comes after the end of the model", advice)


def _anchor_name(scene: Scene) -> Mistake:
    return scene.there(f"a name must follow '{scene.opened}'", f"put text that begins with '{scene.opened}' in quotes")


def _escape(scene: Scene) -> Mistake:
    slash = scene.row.rfind("\\", 0, scene.column + 1)
    column = slash + 1 if slash >= 0 else scene.column
    written = clip(scene.row[column - 1 : column + 1].strip())
    return Mistake(
        scene.point(scene.line, column),
        f"'{written}' is no escape that YAML knows",
        "double the backslash, or use single quotes, where it is an ordinary character",
    )


def _block_head(scene: Scene) -> Mistake:
    advice = "begin the text on the next line"
    text = scene.source.line(scene.opening.line + 1)[scene.opening.column :].split(" #")[0].rstrip()
    if text.startswith((">=", "> ")) and text.lstrip(">= ")[:1].isdecimal():  # a limit of budgets
        advice = f'put a comparison in quotes: "{clip(text, 40)}"'
    return scene.there(f"only + - or a digit can follow '{scene.opened}' on its line", advice)


EXPLAINED: tuple[tuple[str, Callable[[Scene], Mistake]], ...] = (
    ("unexpected end of stream", _unclosed_quote),
    ("unexpected document", _unclosed_quote),
    ("tab character", _tab),
    ("cannot start any token", _bad_start),
    ("mapping values are not allowed", second_colon),
    ("could not find expected ':'", no_colon),
    ("unexpected ':'", _tight_colon),
    ("sequence entries are not allowed", _list_in_line),
    ("mapping keys are not allowed", _key_in_line),
    ("expected ',' or", _bracket),
    ("expected node content", _no_value),
    ("expected the node content", _no_value),
    ("document start", _after_end),
    ("expected key", out_of_line),
    ("<block end>", out_of_line),
    ("'-' indicator", out_of_line),
    ("alphabetic or numeric", _anchor_name),
    ("escape", _escape),
    ("hexadecimal", _escape),
    ("hexdecimal", _escape),
    ("comment or line break", _block_head),
    ("comment or a line break", _block_head),
    ("indentation indicator", _block_head),
)
"""Pieces of the parsers' messages, those of C and of Python, with what explains them."""
