"""What a trained network makes of images: how many it gets right, and what it takes single ones for."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import torch

from cnninspect.data import pictures
from cnninspect.data.loading import Loader, Loading, prepared
from cnninspect.records import Record
from cnninspect.training.world import World
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from torch import Tensor

    from cnninspect.data.loading import Batch
    from cnninspect.data.sets import Data
    from cnninspect.training.trained import Trained

SPLITS = ("validation", "train")


class Judged(Record):
    """What images with labels score."""

    loss: float
    accuracy: float
    images: int
    confusion: tuple[tuple[int, ...], ...]
    """How often each class (row) was taken for each (column); empty where there are too many classes."""
    seconds: float
    notes: tuple[str, ...] = ()


class Answer(Record):
    """A class that an image may be."""

    place: int
    name: str
    share: float


class Predicted(Record):
    """What an image is taken for, the likeliest first; or why it cannot be looked at."""

    path: str
    answers: tuple[Answer, ...]
    problem: Problem | None = None


def judge(  # noqa: PLR0913 - what a caller may ask, by keyword
    trained: Trained,
    data: Data,
    *,
    split: str = "validation",
    batch: int | None = None,
    workers: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Judged:
    """Hold a network against a split of labelled images, as training judged it; raises Problem.

    Labels are matched by the names of their classes where the two have the same names in another order.
    """
    engine = trained.engine
    order, notes = _matched(trained.classes, data.classes, data.name)
    if data.name == trained.data and data.identity != trained.identity:
        notes.append(f"{clip(data.name)} are not the images that it was trained with: they have changed since")
    loading = Loading(batch or engine.recipe.batch, device=str(engine.device), workers=workers)
    loader = Loader(getattr(data, split), trained.transform, loading)
    begun = perf_counter()
    batches = _told(loader.epoch(0), loader.samples, progress)
    found = engine.judge(_relabelled(batches, order), lambda: False)
    assert found is not None
    sums, confusion = found
    scores = sums.scores(World())
    seconds = perf_counter() - begun
    return Judged(scores.loss, scores.accuracy, scores.images, confusion.rows(World()), seconds, tuple(notes))


def _matched(own: Sequence[str], others: Sequence[str], name: str) -> tuple[list[int] | None, list[str]]:
    """The own number of each of the data's classes, None where they are the same ones; raises Problem."""
    if len(own) != len(others):
        message = f"the network knows {len(own):,} classes, and {clip(name)} has {len(others):,}"
        raise Problem("bad-value", message, option="data", help="name images of the same classes with --data")
    if list(own) == list(others):
        return None, []
    if sorted(own) == sorted(others) and len(set(own)) == len(own):
        return [list(own).index(one) for one in others], [
            f"{clip(name)} has the classes in another order: they are matched by name"
        ]
    wrong = next(place for place, (one, other) in enumerate(zip(own, others, strict=True)) if one != other)
    told = f"class {wrong} is '{clip(own[wrong], 40)}' to the network and '{clip(others[wrong], 40)}' in {clip(name)}"
    return None, [f"classes are matched by their numbers: {told}"]


def _relabelled(batches: Iterable[Batch], order: list[int] | None) -> Iterator[Batch]:
    numbers = None if order is None else torch.tensor(order)
    for batch in batches:
        if numbers is None:
            yield batch
        else:
            yield batch._replace(labels=numbers.to(batch.labels.device)[batch.labels])


def _told(batches: Iterable[Batch], images: int, progress: Callable[[int, int], None] | None) -> Iterator[Batch]:
    done = 0
    for batch in batches:
        yield batch
        done += batch.real
        if progress is not None:
            progress(done, images)


def predict(trained: Trained, paths: Sequence[str], *, top: int = 5, batch: int = 32) -> Iterator[Predicted]:
    """What each picture is taken for, in order; one that cannot be read is told, and the others are looked at."""
    for first in range(0, len(paths), batch):
        ready = [_ready(path, trained) for path in paths[first : first + batch]]
        images = [image for image in ready if isinstance(image, torch.Tensor)]
        shares = iter(_shares(trained, torch.cat(images)) if images else ())
        for path, image in zip(paths[first : first + batch], ready, strict=True):
            if isinstance(image, Problem):
                yield Predicted(path, (), image)
            else:
                yield Predicted(path, _answers(next(shares), trained.classes, top))


def _ready(path: str, trained: Trained) -> Tensor | Problem:
    try:
        return prepared(pictures.read(path), trained.transform)
    except Problem as problem:
        bad = problem.code == "bad-data"
        return Problem(problem.code, problem.message, help="mend it, or leave it out" if bad else problem.help)


def _shares(trained: Trained, images: Tensor) -> list[list[float]]:
    """How likely each class is; of the loss mse, which says nothing of that, what the network gave, from 0 to 1."""
    engine = trained.engine
    with torch.no_grad():
        made = engine.called(images.to(engine.device))
    main = made if isinstance(made, torch.Tensor) else made[engine.judged.heads.main]
    logits = engine.judged.logits(main).float()
    if engine.judged.kind == "cross_entropy":
        shares = logits.softmax(1)
    else:
        shares = logits.clamp(0, 1) if engine.judged.kind == "mse" else logits.sigmoid()
        if shares.shape[1] == 1:
            shares = torch.cat([1 - shares, shares], 1)
    return [[float(share) for share in row] for row in shares.tolist()]


def _answers(shares: Sequence[float], classes: Sequence[str], top: int) -> tuple[Answer, ...]:
    places = sorted(range(len(shares)), key=lambda place: (-shares[place], place))
    return tuple(
        [Answer(place, classes[place] if place < len(classes) else str(place), shares[place]) for place in places[:top]]
    )
