"""From a graph, a recipe and a set of images to all that training needs, and what a person should know of it before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import torch

from cnninspect.backends.build import build_graph
from cnninspect.data.loading import Loader, Loading
from cnninspect.data.statistics import statistics
from cnninspect.data.transform import Augment, Transform
from cnninspect.passes.answers import gives
from cnninspect.records import Record
from cnninspect.training import chance
from cnninspect.training.engine import Engine
from cnninspect.training.losses import Heads, Objective
from cnninspect.training.schedules import schedule_of
from cnninspect.values import Problem

if TYPE_CHECKING:
    from torch import Tensor

    from cnninspect.data.sets import Data
    from cnninspect.ir import Graph
    from cnninspect.recipe import Recipe
    from cnninspect.training.world import World

MOST_WORKERS = 8
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Prepared(Record):
    """All that training needs."""

    engine: Engine
    train: Loader
    validation: Loader
    transform: Transform


def prepare(graph: Graph, recipe: Recipe, data: Data, world: World) -> Prepared:
    """Build the network, the loaders and what a step needs; raises Problem."""
    device = world.device(recipe.device)
    if recipe.deterministic:
        _only_deterministic()
    chance.begin(recipe.seed)
    network = build_graph(graph, device=device, seed=recipe.seed, init=recipe.init)
    transform = transform_of(graph, recipe, data)
    train = Loader(
        data.train,
        transform,
        _loading(recipe, world, device, shuffle=True),
        augment=augment_of(recipe),
        classes=len(data.classes),
    )
    validation = Loader(data.validation, transform, _loading(recipe, world, device, shuffle=False))
    objective = Objective(recipe, heads_of(graph, recipe), len(data.classes), class_weights(recipe, data, device))
    engine = Engine(network, recipe, objective, schedule_of(recipe, len(train)), device, world)
    if world.rank:
        chance.begin(chance.seed_of(recipe.seed, world.rank))
    return Prepared(engine, train, validation, transform)


def unaugmented(prepared: Prepared, recipe: Recipe, data: Data) -> Loader:
    """The images to learn from, in the order of training, as they are."""
    engine = prepared.engine
    return Loader(data.train, prepared.transform, _loading(recipe, engine.world, engine.device, shuffle=True))


def transform_of(graph: Graph, recipe: Recipe, data: Data) -> Transform:
    """What is done to every image."""
    channels, height, width = graph.inputs[0].shape
    mean, std = _normalised(recipe, data, channels)
    return Transform(channels, height, width, mean, std, recipe.fit, recipe.resize)


def _normalised(recipe: Recipe, data: Data, channels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if recipe.normalize == "auto":
        return statistics(data.train, channels)
    if recipe.normalize == "none":
        return (0.0,) * channels, (1.0,) * channels
    mean, std = IMAGENET if recipe.normalize == "imagenet" else (recipe.mean or (), recipe.std or ())
    if recipe.normalize == "imagenet" and channels == 1:
        mean, std = (sum(mean) / 3,), (sum(std) / 3,)
    for option, numbers in (("mean", mean), ("std", std)):
        if len(numbers) not in (1, channels):
            message = f"{option} has {len(numbers)} numbers, and the network's input {channels} channels"
            raise Problem("bad-value", message, option=option)
    return tuple(mean) * (channels // len(mean)), tuple(std) * (channels // len(std))


def augment_of(recipe: Recipe) -> Augment:
    """What training does to an image besides."""
    scale = None if recipe.scale is None else (recipe.scale[0], recipe.scale[1])
    return Augment(
        crop=recipe.crop,
        scale=scale,
        flip=recipe.flip,
        rotate=recipe.rotate,
        brightness=recipe.brightness,
        contrast=recipe.contrast,
        saturation=recipe.saturation,
        hue=recipe.hue,
        erase=recipe.erase,
        mixup=recipe.mixup,
        cutmix=recipe.cutmix,
    )


def heads_of(graph: Graph, recipe: Recipe) -> Heads:
    """The head that answers, and those for training with the weight of their loss."""
    main = next(output.name for output in graph.outputs if not output.training)
    training = [output.name for output in graph.outputs if output.training]
    unknown = [name for name in recipe.heads if name and name not in training]
    if unknown:
        known = ", ".join(training) or "none"
        raise Problem(
            "bad-value", f"heads names '{unknown[0]}'", option="heads", help=f"heads for training are {known}"
        )
    default = recipe.heads.get("", 0.3)
    weights = {name: recipe.heads.get(name, default) for name in training}
    return Heads(main, gives(graph, main), weights, {name: gives(graph, name) for name in training})


def class_weights(recipe: Recipe, data: Data, device: torch.device) -> Tensor | None:
    """A weight for each class; balanced ones are images / (classes · images of the class)."""
    wanted, classes = recipe.class_weights, len(data.classes)
    if wanted is None:
        return None
    if isinstance(wanted, str):
        counts = torch.bincount(data.train.labels.cpu(), minlength=classes).double()
        found = counts.sum() / (classes * counts.clamp_min(1))
        return found.float().to(device)
    if len(wanted) != classes:
        message = f"class_weights has {len(wanted)} numbers, and {data.name} {classes} classes"
        raise Problem("bad-value", message, option="class_weights")
    return torch.tensor(wanted, device=device)


def _loading(recipe: Recipe, world: World, device: torch.device, *, shuffle: bool) -> Loading:
    return Loading(
        recipe.batch,
        recipe.seed,
        shuffle=shuffle,
        rank=world.rank,
        world=world.size,
        device=str(device),
        workers=_workers() if recipe.workers is None else recipe.workers,
    )


def _workers() -> int:
    """One for each core, eight at most; images in memory need none."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_WORKERS)


def _only_deterministic() -> None:
    """Refuse, from here on, every operation that torch cannot do twice alike."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
