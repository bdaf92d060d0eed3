"""What is looked at before the first step: whether the images fit the network, and the network the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.backends.build import choose_device
from cnninspect.backends.running_memory import available
from cnninspect.passes.memory import largest_batch, memory
from cnninspect.records import Record
from cnninspect.values import Problem, product, show_shape

if TYPE_CHECKING:
    from cnninspect.data.sets import Data
    from cnninspect.ir import Graph
    from cnninspect.recipe import Recipe

KEEPS = {"adamw": "adamw", "adam": "adam", "sgd": "sgd", "rmsprop": "momentum"}
"""What each optimizer keeps, in the words of the memory pass: rmsprop one number a parameter, as momentum does."""
SPARE = 0.05
"""The share of a device's free memory that is left alone."""


class Preflight(Record):
    """What was found."""

    notes: tuple[str, ...]
    """What was chosen or changed for the two to fit."""
    parameters: int
    device: str
    needs: int | None
    """Bytes of a step at this batch, as stated; None where a layer is unknown."""
    free: int | None
    """Bytes that the device has; None where nobody tells."""
    largest: int | None
    """The largest batch that should fit."""


def look(graph: Graph, recipe: Recipe, data: Data, notes: tuple[str, ...] = ()) -> Preflight:
    """Hold network, recipe, images and machine against each other; raises the Problem that they do not fit."""
    shape = trainable(graph)
    _output(graph, recipe, data)
    found = [*notes, *_sizes(shape, data, recipe)]
    device = choose_device(recipe.device, runs=True)
    kept = "momentum" if recipe.optimizer == "sgd" and recipe.momentum else KEEPS[recipe.optimizer]
    part = -(-recipe.batch // recipe.accumulate)
    needs = memory(graph, batch=part, optimizer=kept).training
    free = available(device)
    usable = None if free is None else int(free * (1 - SPARE))
    largest = None if usable is None else largest_batch(graph, usable, optimizer=kept).training.batch
    if needs is not None and usable is not None and needs > usable:
        raise _too_large(recipe, needs, usable, largest)
    parameters = sum([product(shape) for node in graph.nodes if node.facts and node.shares is None for shape in node.facts.weights.values()])  # fmt: skip
    return Preflight(tuple(found), parameters, str(device), needs, free, largest)


def trainable(graph: Graph) -> tuple[int, ...]:
    """The shape of the images that a network takes; raises the Problem that no images can train it."""
    shapes = [given.shape for given in graph.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 3:  # noqa: PLR2004 - channels, height, width
        got = ", ".join([f"{given.name} {show_shape(given.shape)}" for given in graph.inputs])
        message = (
            f"training takes networks with one input of images (channels, height, width), and this one takes {got}"
        )
        raise Problem("cannot-train", message)
    if shapes[0][0] not in (1, 3):
        message = f"the network takes images of {shapes[0][0]} channels, and images have 1 (grey) or 3 (colours)"
        raise Problem("cannot-train", message)
    heads = [output for output in graph.outputs if not output.training]
    if len(heads) != 1:
        names = ", ".join([output.name for output in heads])
        message = f"training takes networks with one answer, and this one gives {names}"
        raise Problem("cannot-train", message, help="heads that only help in training are marked training: true")
    return shapes[0]


def _output(graph: Graph, recipe: Recipe, data: Data) -> None:
    classes = len(data.classes)
    for output in graph.outputs:
        shape = graph.shape(output.tensor)
        size = product(shape or ())
        single = recipe.loss != "cross_entropy" and classes == 2 and size == 1  # noqa: PLR2004 - yes or no
        if shape is None or (size != shape[0]) or not (size == classes or single):
            what = f"'{output.name}' gives {show_shape(shape)}"
            message = f"{data.name} has {classes} classes, and {what}"
            raise Problem("classes-differ", message, help=_classes_help(graph, classes, len(shape or ())))


def _classes_help(graph: Graph, classes: int, axes: int) -> str:
    if axes != 1:
        return "a classifier ends in one number for each class: global_avg_pool, flatten, linear"
    if "classes" in graph.params:
        return f"leave --set classes out: it is {classes} then"
    return f"let the last layer give {classes}; a file with params: {{classes: {classes}}} adapts to any set"


def _sizes(shape: tuple[int, ...], data: Data, recipe: Recipe) -> list[str]:
    found = []
    channels, height, width = shape
    if data.channels != channels:
        done = "made grey" if channels == 1 else "given to all three channels"
        found.append(f"images have {data.channels} channels and the network {channels}: they are {done}")
    if (data.height, data.width) != (height, width) or not data.same_size:
        many = "" if data.same_size else " and other sizes"
        found.append(f"images of {data.height}x{data.width}{many} become {height}x{width}, by {recipe.fit}")
    return found


def _too_large(recipe: Recipe, needs: int, free: int, largest: int | None) -> Problem:
    message = f"a step with {recipe.batch:,} images would need {needs:,} bytes, and {free:,} are available"
    if not largest:
        return Problem("out-of-memory", message, help="a smaller --input, or another --device")
    parts = -(-recipe.batch // largest)
    notes = [f"the largest batch that should fit is {largest:,}"]
    advice = f"--accumulate {parts} computes the same batch in parts, --batch {largest} takes a smaller one"
    return Problem("out-of-memory", message, notes=notes, help=advice)
