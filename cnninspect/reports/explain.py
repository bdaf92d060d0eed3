"""One word of the language explained: a layer with its options, a block, a keyword, or the code of a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect import api
from cnninspect.checks.budget_terms import terms
from cnninspect.layers import load_all
from cnninspect.layers.base import Merge
from cnninspect.reports import explain_options, pages
from cnninspect.reports.layers import INDENT, plain_text, wrapped
from cnninspect.reports.plain import aligned
from cnninspect.reports.prose import filled
from cnninspect.values import clip, product, show_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.ir import Graph
    from cnninspect.layers.base import Layer
    from cnninspect.values import Call

    Paragraphs = list[str]

BOLD, DIM = "\x1b[1m{}\x1b[0m", "\x1b[2m{}\x1b[0m"
INPUTS = ("[16, 32, 32]", "[16, 32]", "[64]", "[16, 8, 8, 8]")
"""What examples work on: the first that a layer takes."""
VALUES = {
    "out": "16",
    "kernel": "3",
    "rate": "0.5",
    "shape": "[-1]",
    "table": "[[0, 1], [1, 2]]",
    "axes": "[2, 1, 3]",
    "mean": "0",
    "variance": "1",
}
"""What examples write for options that must be written."""
EXAMPLES = {
    "split": "- split: {parts: 2}",
    "upsample": "- upsample: 2",
    "crop": "- crop: 2",
    "pad": "- pad: 1",
    "squeeze": "- global_avg_pool\n  - squeeze",
    "matmul": "- matmul: {left: [], right: []}",
}
"""Layers whose examples need more than a value for each required option."""


def explain(name: str, *, width: int | None = None, color: bool = False) -> str | None:
    """Everything that there is under a name, prose folded at ``width``; None where there is nothing."""
    word = name.strip().removesuffix("]").rpartition("[")[2]
    parts = [*_parts(word, width)]
    if not parts:
        meant = _spelled(word)
        if meant is None:
            return None
        parts = [*_parts(meant, width)]
        parts[0].insert(1, f"{clip(word)} is called {meant} here.")
    texts = []
    for head, *rest in parts:
        title = filled(head, width)
        texts.append("\n\n".join([BOLD.format(title) if color else title, *[text for text in rest if text]]))
    return "\n\n\n".join(texts) + "\n"


def names() -> list[str]:
    """Everything that can be explained."""
    words = {*pages.language(), *pages.codes(), *pages.rules(), *explain_options.recipe_words()}
    return sorted({*load_all(), *pages.library_names(), *terms(), *words})


WORKED = ("parameters", "macs", "flops", "activation_bytes", "receptive_field")
"""Figures whose arithmetic is shown for a layer."""
MOST_HAVING = 4
"""Layers that are named where a word is an option of theirs."""


def hint(name: str) -> str:
    """What to try instead of a name that there is not."""
    from difflib import get_close_matches

    having = [layer.name for layer in load_all().values() if name in layer.schema_options]
    if having:
        more = f" and {len(having) - MOST_HAVING} more" if len(having) > MOST_HAVING else ""
        return f"it is an option of {', '.join(having[:MOST_HAVING])}{more}: cnninspect explain {having[0]}"
    close = get_close_matches(name.lower()[:80], names(), 3)
    return (
        f"did you mean {' or '.join(close)}?"
        if close
        else "cnninspect layers lists the layers, cnninspect zoo the networks"
    )


def _spelled(word: str) -> str | None:
    """What torch's or Keras's name of a layer, or another program's name of an option of a recipe, is here."""
    key = word.lower().replace("_", "").removeprefix("torch.").removeprefix("nn.")
    for layer in load_all().values():
        if any(alias.lower().replace("_", "") == key for alias in (layer.name, *layer.aliases)):
            return layer.name
    return explain_options.meant(word)


def _parts(word: str, width: int | None) -> Iterator[Paragraphs]:
    layer = load_all().get(word)
    if layer is not None:
        yield _layer(layer, width)
    if word in pages.library_names():
        yield [
            f"{word}: a block that comes with cnninspect",
            _indented(pages.library_text(word)),
            *_example(f"- {word}"),
        ]
    words = (("a word of the language", pages.language), ("a finding", pages.codes), ("a design rule", pages.rules))
    for kind, read in words:
        found = read() if kind != "a design rule" or "-" in word else {}
        if word in found:
            yield [f"{word}: {kind}", filled(_unfenced(found[word].text), width)]
    yield from _figure(word.lower(), width)
    yield from explain_options.recipe_parts(word, width)


def _figure(word: str, width: int | None) -> Iterator[Paragraphs]:
    """What a figure means that summaries print and budgets limit."""
    term = terms().get(word)
    if term is not None:
        text = f"{term.means[0].upper()}{term.means[1:]}.\n\nA budget limits it: budgets: {{{word}: {term.example}}}."
        if word in WORKED:
            text += " cnninspect explain MODEL LAYER works it out for a layer."
        yield [f"{word}: a figure", filled(text, width)]


# --- layers --------------------------------------------------------------------------------


def _layer(layer: type[Layer], width: int | None) -> Paragraphs:
    elsewhere = f"Elsewhere: {', '.join(layer.aliases)}" if layer.aliases else ""
    return [
        f"{layer.name}: a layer",
        filled(plain_text(layer.__doc__ or "").strip(), width),
        _options(layer, width),
        *_example(_written(layer)),
        "\n".join(_folded(_in_torch(layer), width)),
        "\n".join(_folded(elsewhere, width)),
    ]


def _folded(text: str, width: int | None) -> list[str]:
    """A line as several, those below it a little to the right."""
    if width is None:
        return [text]
    first, *rest = wrapped(text, width - len(INDENT))
    return [first, *[INDENT + line for line in rest]]


def _options(layer: type[Layer], width: int | None) -> str:
    if not layer.schema_options:
        return "It takes no options."
    lines = explain_options.table(layer.schema_options, width)
    first = next(iter(layer.schema_options))
    return "\n".join([*lines, "", f"  A bare value is {first}: {layer.name}: …"])


def _written(layer: type[Layer]) -> str:
    """A use of a layer with every option that must be written."""
    if layer.name in EXAMPLES:
        return EXAMPLES[layer.name]
    if issubclass(layer, Merge):
        return f"- {layer.name}:\n      main: [relu]\n      skip: []"
    required = {name: VALUES.get(name, "2") for name, option in layer.schema_options.items() if option.required}
    inside = ", ".join(f"{name}: {value}" for name, value in required.items())
    return f"- {layer.name}: {{{inside}}}" if required else f"- {layer.name}"


# --- examples ------------------------------------------------------------------------------


def example(item: str) -> tuple[str, Graph] | None:
    """A model around an item, on the first input that it takes, with its graph; None where it takes none."""
    for shape in INPUTS:
        text = f"input: {shape}\nlayers:\n  {item}\n"
        loaded = api.read("example", text=text)
        if loaded.graph is not None and not loaded.findings:
            return text, loaded.graph
    return None


def _example(item: str) -> Paragraphs:
    found = example(item)
    if found is None:
        return []
    text, graph = found
    rows = [("input", "", show_shape(graph.inputs[0].shape), "")]
    for node in graph.nodes:
        weights = sum(map(product, node.facts.weights.values())) if node.facts else 0
        shapes = ", ".join(map(show_shape, node.outputs))
        rows.append((node.name, node.op, shapes, f"{weights:,} parameters" if weights else ""))
    lines = aligned(rows, (False, False, False, False))
    return ["Example:", _indented(text), "\n".join([f"  {line}" for line in lines])]


def _in_torch(layer: type[Layer]) -> str:
    """How torch spells the layer of its example."""
    found = example(_written(layer))
    node = None if found is None else found[1].nodes[-1]
    if found is None or node is None or node.layer is None or node.layer.name != layer.name:
        return ""
    call = node.layer.call([shape for tensor in node.inputs if (shape := found[1].shape(tensor)) is not None])
    return f"In torch: {_spell(call, len(node.inputs))}"


def _spell(call: Call, inputs: int) -> str:
    if call.target.startswith("cnninspect."):
        return "no such layer; cnninspect brings its own"
    target = call.target.replace(":", ".")
    arguments = [f"{key}={value!r}" for key, value in call.arguments.items()]
    tensors = "xyzuvw"[:inputs]
    given = [f"[{', '.join(tensors)}]"] if call.listed else [*tensors]
    called = target.rpartition(".")[2]
    text = f"{target}({', '.join(arguments if called[:1].isupper() else [*given, *arguments])})"
    if call.pad:
        text += f" after torch.nn.functional.pad(x, {call.pad}, mode={call.pad_mode!r}, value={call.pad_value!r})"
    return text


def _unfenced(text: str) -> str:
    """Markdown as a terminal shows it: models indented instead of fenced."""
    lines, inside = [], False
    for line in text.split("\n"):
        if line.startswith(pages.FENCE):
            inside = not inside
        else:
            lines.append(f"  {line}" if inside and line else line)
    return "\n".join(lines).replace("`", "")


def _indented(text: str) -> str:
    return "\n".join([f"  {line}" if line else "" for line in text.rstrip("\n").split("\n")])
