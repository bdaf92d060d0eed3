"""What goes into a network and what comes out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.environment import value_of
from cnninspect.frontends.yaml.evaluation import Unknown
from cnninspect.frontends.yaml.naming import bad_name
from cnninspect.frontends.yaml.tree import Mapping, Scalar, Sequence
from cnninspect.ir import Input, Output
from cnninspect.options import AXES, LARGEST, as_int, described
from cnninspect.values import Shape, Span, clip, product

if TYPE_CHECKING:
    from collections.abc import Mapping as AnyMapping

    from cnninspect.frontends.yaml.context import Context
    from cnninspect.frontends.yaml.document import Document
    from cnninspect.frontends.yaml.elaborate import Elaborator
    from cnninspect.frontends.yaml.environment import Environment
    from cnninspect.frontends.yaml.naming import Tensors
    from cnninspect.frontends.yaml.tree import Node, Report
    from cnninspect.ir import Tensor

MAX_AXES = 4
CHANNELS = (1, 3, 4)
"""What images have; a size that looks like it may stand where channels were meant."""
SMALLEST = 16
"""How high and wide an image is at least; smaller maps are read on three axes as well as on two."""


def read_inputs(
    document: Document,
    params: Environment,
    shapes: AnyMapping[str | None, Shape],
    report: Report,
) -> tuple[Input, ...]:
    """The inputs with their shapes, channels first; ``shapes`` are the caller's own, None naming the only input."""
    last = _channels_last(document, report)
    found: list[Input] = []
    declared = _declared(document, report)
    if None in shapes and len(declared) > 1:
        names = ", ".join(name for name, _ in declared)
        example = f"--input {declared[0][0]}={'x'.join(map(str, shapes[None]))}"
        message = f"the model has several inputs ({clip(names)}): say which one is meant"
        report.add(Span("--input", 0, 0, 0, 0), "unknown-input", message, help=f"write {example}")
        return ()
    for name, node in declared:
        given = shapes.get(name, shapes.get(None))
        span = node.span if given is None else Span("--input", 0, 0, 0, 0)
        shape = _shape(name, node, params, report) if given is None else _checked(list(given), span, report)
        if given is not None and shape is not None and _looks_batched(given, node, last=last):
            called = f"{name}=" if len(declared) > 1 else ""
            written, inner = called + "x".join(map(str, given)), called + "x".join(map(str, given[1:]))
            message = f"--input {written} has {len(given)} sizes, and the input has {len(given) - 1} in the file"
            help_ = f"the batch is not part of a shape: write --input {inner} --batch {given[0]}"
            report.add(node, "batch-in-shape", message, help=help_, severity="warning")
        if shape is not None:
            found.append(Input(name, (shape[-1], *shape[:-1]) if last else shape, span))
    known = [given.name for given in found]
    for key in shapes:
        if key is not None and key not in known:
            message, help_ = f"the model has no input '{clip(key)}'", f"it has {', '.join(known)}"
            report.add(Span("--input", 0, 0, 0, 0), "unknown-input", message, help=help_)
    return tuple(found)


def lost_inputs(document: Document, found: tuple[Input, ...]) -> set[str]:
    """The names of inputs that are declared and have a mistake."""
    several = document.sections.get("inputs")
    names = {key.text for key, _ in several.pairs} if type(several) is Mapping else {"input"}
    return names - {given.name for given in found}


def _declared(document: Document, report: Report) -> list[tuple[str, Node]]:
    one, several = document.sections.get("input"), document.sections.get("inputs")
    if one is not None and several is not None:
        report.add(document.keys["inputs"], "bad-section", "a model has either input or inputs, not both")
    if one is not None:
        inner = one.get("shape") if type(one) is Mapping else one
        if inner is None:
            report.add(one, "bad-shape", "input needs a shape", help=_input_help(one))
            return []
        return [("input", inner)]
    if type(several) is not Mapping:
        if "layers" in document.sections and not document.mistaken & {"input", "inputs"}:
            span = Span(document.source.name, 1, 1, 1, 2)
            report.add(
                span, "missing-input", "the model does not say what its input is", help="write input: [3, 224, 224]"
            )
        return []
    found = []
    for key, node in several.pairs:
        wrong = bad_name(key.text)
        if wrong:
            report.add(key, "bad-name", f"{wrong}, got '{clip(key.text, 40)}'")
        else:
            found.append((key.text, node))
    return found


def _shape_help(name: str, node: Node) -> str:
    """How to write the shape of an input that is no list."""
    from cnninspect.frontends.yaml.meant import sizes_in

    inner = node.get("shape") if type(node) is Mapping else None
    items = inner.items if type(inner) is Sequence else []
    sizes = sizes_in(node.text) if type(node) is Scalar else [item.text for item in items if type(item) is Scalar]
    return f"write {clip(name, 40)}: [{', '.join(sizes[:MAX_AXES]) or '3, 224, 224'}]"


def _input_help(node: Node) -> str:
    """How to write what stands in a mapping that has no shape."""
    pairs = node.pairs if type(node) is Mapping else []
    sizes = {key.text: value.text for key, value in pairs if type(value) is Scalar}
    if "channels" in sizes and len(sizes) == len(pairs) and {*sizes} <= {*AXES}:
        return f"write input: [{', '.join([sizes[axis] for axis in AXES if axis in sizes])}]"
    if len(pairs) == 1 and pairs[0][0].text in ("size", "sizes", "dims", "dimensions"):
        return f"write shape in place of {pairs[0][0].text}"
    if pairs and all(type(value) is Sequence for _, value in pairs):
        return f"names stand under inputs: write inputs: {{{clip(pairs[0][0].text, 40)}: […]}}"
    return "input: [3, 224, 224]"


def _looks_batched(given: Shape, node: Node, *, last: bool) -> bool:
    """Whether a shape of the caller has one size more than the file's, and the batch may be it."""
    if type(node) is not Sequence or len(given) != len(node.items) + 1:
        return False
    channels = node.items[-1 if last else 0]
    same = type(channels) is not Scalar or channels.value in (given[-1 if last else 1], channels.text)
    return same and (given[0] == 1 or not last)


def _channels_last(document: Document, report: Report) -> bool:
    node = document.sections.get("layout")
    if node is None:
        return False
    assert type(node) is Scalar
    if node.value not in ("channels_first", "channels_last"):
        report.add(node, "bad-value", f"layout must be channels_first or channels_last, got {described(node.value)}")
    return node.value == "channels_last"


def _shape(name: str, node: Node, params: Environment, report: Report) -> Shape | None:
    try:
        value = value_of(node, params, report)
    except Unknown:
        return None
    if not isinstance(value, list):
        report.add(
            node, "bad-shape", f"a shape is a list of sizes, got {described(value)}", help=_shape_help(name, node)
        )
        return None
    return _checked(value, node.span, report, node)


def _checked(value: list[object], span: Span, report: Report, node: Node | None = None) -> Shape | None:
    items = node.items if type(node) is Sequence else []
    shape = []
    for index, item in enumerate(value):
        size = as_int(item)
        if size is None or not 1 <= size <= LARGEST:
            where = items[index].span if index < len(items) else span
            large = isinstance(item, (int, float)) and item > LARGEST
            wanted = f"at most {LARGEST:,}" if large else "a whole number of at least 1"
            help_ = _size_help(value, index)
            report.add(where, "bad-shape", f"a size must be {wanted}, got {described(item)}", help=help_)
            return None
        shape.append(size)
    if not 1 <= len(shape) <= MAX_AXES:
        report.add(
            span,
            "bad-shape",
            f"a shape has channels and up to three spatial axes, got {len(shape)} sizes",
            help="the batch is not part of it: use --batch",
        )
        return None
    if product(shape) > LARGEST:
        message = f"the input has {product(shape):,} values, and at most {LARGEST:,} are allowed"
        report.add(span, "bad-shape", message, help="is a size mistyped?")
        return None
    return tuple(shape)


def _size_help(value: list[object], index: int) -> str:
    """How to mend the size at an index: it may be the batch, or text that was meant to be a number."""
    item, rest = value[index], value[1:]
    if index == 0 and rest and (item in (None, -1) or str(item).lower() in ("none", "batch", "n", "b", "?")):
        written = f"the batch is not part of a shape: write {clip([*rest], 60)}"
        last = MAX_AXES > len(rest) > 1 and rest[-1] in CHANNELS and rest[0] not in CHANNELS
        return f"{written}, with layout: channels_last" if last else written
    if not isinstance(item, str):
        return ""
    from cnninspect.frontends.yaml.meant import value_help

    return value_help(item, listed=True)


def likely_misread(shape: Shape) -> str:
    """A note on what an input was perhaps meant to be, where a window does not fit on it; empty where nothing shows."""
    written = clip(list(shape), 60)
    if len(shape) == MAX_AXES and shape[0] == 1 and shape[1] in CHANNELS:
        note = (
            f"the input {written} is read as 1 channel and three axes: if its first size is the batch, leave that out"
        )
    elif len(shape) > 2 and shape[-1] in CHANNELS and shape[0] > max(CHANNELS):  # noqa: PLR2004 - channels and two axes
        note = f"the input {written} is read as {shape[0]} channels: if they come last, write layout: channels_last"
    else:
        note = ""
    return note


def warn_of_orders(
    document: Document, inputs: tuple[Input, ...], shapes: AnyMapping[str | None, Shape], report: Report
) -> None:
    """Warn of shapes of the file that fit, and are probably meant in the order of another tool."""
    last = _channels_last(document, report)
    for (name, node), given in zip(_declared(document, report), inputs, strict=True):
        if type(node) is not Sequence or name in shapes or None in shapes:
            continue
        written = (*given.shape[1:], given.shape[0]) if last else given.shape
        said, inner = f"the input {clip([*written], 60)} looks like", written[1:]
        turned = (written[-1], *written[:-1])
        if len(written) == MAX_AXES and written[0] == 1 and _is_image((inner[-1], *inner[:-1]) if last else inner):
            message = f"{said} a batch of one image, and is read as a volume: channels and three axes"
            help_ = f"the batch is not part of a shape: write {clip([*inner], 60)}"
            report.add(node.items[0], "batch-in-shape", message, help=help_, severity="warning")
        elif len(written) == MAX_AXES - 1 and not last and _is_image(turned):
            message = f"{said} an image with its channels last, and is read as {written[0]} channels"
            help_ = f"write layout: channels_last, or {clip([*turned], 60)}"
            report.add(node.items[0], "channels-in-shape", message, help=help_, severity="warning")


def _is_image(shape: Shape) -> bool:
    """Whether sizes, channels first, are those of a picture: few channels, as high as wide."""
    return shape[0] in CHANNELS and shape[1] == shape[2] >= SMALLEST


def read_outputs(elaborator: Elaborator, context: Context, last: Tensors, document: Document) -> tuple[Output, ...]:
    """The heads of the network: those that ``outputs:`` names, otherwise the last layer."""
    node = document.sections.get("outputs")
    if node is None:
        return tuple(Output(_tensor_name(elaborator, tensor), tensor) for tensor in last if elaborator.nodes)
    if not (node.items if type(node) is Sequence else node.pairs if type(node) is Mapping else ()):
        elaborator.report.add(
            node, "bad-section", "outputs is empty", help="leave it out: the last layer is the output"
        )
    pairs: list[tuple[Scalar | None, Node, Node | None]]
    if type(node) is Sequence:
        pairs = [(None, item, None) for item in node.items]
    else:
        assert type(node) is Mapping
        pairs = [(key, *_head(value, elaborator.report)) for key, value in node.pairs]
    found: dict[str, Output] = {}
    for key, source, training in pairs:
        tensors = elaborator.namer.resolve(source, last, context)
        if not tensors:  # missing, or what follows from a missing input: that has been reported
            continue
        if len(tensors) > 1:
            elaborator.report.add(source, "unknown-tensor", "an output is one tensor, and this names several")
            continue
        name = key.text if key is not None else _tensor_name(elaborator, tensors[0])
        if key is not None and not (name.strip() and name.isprintable()):
            elaborator.report.add(
                key, "bad-name", f"an output needs a name that can be printed, got '{clip(name, 40)}'"
            )
        elif name in found:
            elaborator.report.add(source, "duplicate-name", f"two outputs are called '{name}'")
        found[name] = Output(name, tensors[0], _is_true(training, elaborator))
    return tuple(found.values())


def _head(value: Node, report: Report) -> tuple[Node, Node | None]:
    if type(value) is not Mapping:
        return value, None
    for key, _ in value.pairs:
        if key.text not in ("from", "training"):
            report.add(key, "unknown-option", f"an output has from and training, not '{clip(key.text)}'")
    return value.get("from") or value, value.get("training")


def _is_true(node: Node | None, elaborator: Elaborator) -> bool:
    if node is None:
        return False
    try:
        value = value_of(node, elaborator.params, elaborator.report)
    except Unknown:
        return False
    if not isinstance(value, bool):
        elaborator.report.add(node, "bad-value", f"training must be true or false, got {described(value)}")
    return value is True


def _tensor_name(elaborator: Elaborator, tensor: Tensor) -> str:
    if tensor.node < 0:
        return elaborator.inputs[-1 - tensor.node].name
    node = elaborator.nodes[tensor.node]
    return f"{node.name}.{tensor.output}" if len(node.outputs) > 1 else node.name
