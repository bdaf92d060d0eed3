"""Options of a recipe that are each right and do not go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.recipe.declared import Recipe

CODE = "conflicting-options"


def contradictions(recipe: Recipe) -> Iterator[Problem]:
    """Every pair of options that cannot both be meant."""
    yield from _of_steps(recipe)
    yield from _of_loss(recipe)
    yield from _of_images(recipe)


def _of_steps(recipe: Recipe) -> Iterator[Problem]:
    if recipe.nesterov and (recipe.optimizer != "sgd" or not recipe.momentum):
        yield _said("nesterov", "nesterov needs optimizer sgd with a momentum", "leave it out, or write optimizer: sgd")
    if recipe.schedule == "step" and not recipe.milestones:
        yield _said("schedule", "schedule step needs milestones", "for example milestones: [30, 60, 80]")
    if recipe.milestones and recipe.schedule != "step":
        yield _said("milestones", f"milestones belong to schedule step, and it is {recipe.schedule}", _LEAVE)
    if recipe.warmup and recipe.schedule == "one_cycle":
        yield _said("warmup", "one_cycle has a warm-up of its own, the first third of the run", _LEAVE)
    if recipe.warmup > recipe.epochs and recipe.schedule != "one_cycle":
        many = f"a warm-up of {recipe.warmup:g} epochs does not fit into {recipe.epochs}"
        yield _said("warmup", many, "a smaller warmup, or more epochs")
    if recipe.accumulate > recipe.batch:
        many = f"a batch of {recipe.batch} has no {recipe.accumulate} parts"
        yield _said("accumulate", many, f"at most accumulate: {recipe.batch}")


def _of_loss(recipe: Recipe) -> Iterator[Problem]:
    if recipe.loss != "cross_entropy":
        for option in ("label_smoothing", "class_weights"):
            if getattr(recipe, option):
                yield _said(option, f"{option} belongs to loss cross_entropy, and it is {recipe.loss}", _LEAVE)


def _of_images(recipe: Recipe) -> Iterator[Problem]:
    if recipe.normalize == "given" and (recipe.mean is None or recipe.std is None):
        yield _said("normalize", "normalize given needs mean and std", "for example mean: [0.286], std: [0.353]")
    for option in ("mean", "std"):
        if getattr(recipe, option) is not None and recipe.normalize != "given":
            yield _said(option, f"{option} belongs to normalize given, and it is {recipe.normalize}", _LEAVE)
    if recipe.crop is not None and recipe.scale is not None:
        yield _said("crop", "crop and scale are two ways to cut a window out of an image", _LEAVE_ONE)
    if recipe.scale is not None and (len(recipe.scale) != 2 or recipe.scale[0] > recipe.scale[1]):  # noqa: PLR2004
        yield _said("scale", "scale needs two shares, the smaller first", "for example scale: [0.08, 1]")
    if recipe.resize is not None and recipe.fit != "crop":
        yield _said("resize", f"resize belongs to fit crop, and it is {recipe.fit}", _LEAVE)


_LEAVE = "leave it out"
_LEAVE_ONE = "leave one of the two out"


def _said(option: str, message: str, help: str) -> Problem:
    return Problem(CODE, message, option=option, help=help)
