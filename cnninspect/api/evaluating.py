"""Trained networks: held against labelled images, and asked what single ones show."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun, read
from cnninspect.api.running import require_torch
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnninspect.api.reading import Path
    from cnninspect.ir import Graph
    from cnninspect.training.judging import Judged, Predicted
    from cnninspect.training.restoring import Position, Restored


class Asked(Record):
    """Which network was asked."""

    network: str
    checkpoint: str
    """Its file."""
    position: Position
    classes: tuple[str, ...]
    device: str
    notes: tuple[str, ...]
    """What has to be said of the checkpoint."""


class Evaluation(Record):
    """A network held against images."""

    asked: Asked
    data: str
    split: str
    judged: Judged


class Predictions(Record):
    """What a network takes pictures for."""

    asked: Asked
    pictures: tuple[Predicted, ...]


def evaluate(  # noqa: PLR0913 - what a caller may ask, by keyword
    target: Path,
    *,
    which: str = "best",
    data: Path | None = None,
    split: str = "validation",
    data_dir: Path | None = None,
    download: bool = False,
    skip_bad: bool = False,
    batch: int | None = None,
    workers: int = 0,
    device: str = "auto",
    progress: Callable[[int, int], None] | None = None,
    fetched: Callable[[str, int, int], None] | None = None,
) -> Evaluation:
    """Hold the network of a run's folder, or of a checkpoint, against labelled images: its own data or any other.

    Images are prepared as the checkpoint says, so that the accuracy of its own data is the one that training logged.
    ``which`` of a run's checkpoints, ``best`` or ``last``. Raises CannotRun.
    """
    require_torch("evaluating a network")
    from cnninspect.data.opening import open_data
    from cnninspect.training.judging import judge
    from cnninspect.training.trained import choose, revive

    data = None if data is None else os.fspath(data)
    try:
        found = choose(os.fspath(target), which)
        graph = _graph(found)
        trained = revive(found, graph, device)
        images = open_data(
            data or trained.data,
            data_dir=None if data_dir is None else os.fspath(data_dir),
            download=download,
            skip_bad=skip_bad,
            held_out=trained.held_out if data in (None, trained.data) else None,
            shape=graph.inputs[0].shape,
            classes=len(trained.classes),
            progress=fetched,
        )
        judged = judge(trained, images, split=split, batch=batch, workers=workers, progress=progress)
    except Problem as problem:
        raise CannotRun(problem) from None
    judged = judged._replace(notes=(*images.notes, *judged.notes))
    return Evaluation(_asked(found, graph, trained.classes, str(trained.engine.device)), images.name, split, judged)


def predict(
    target: Path, pictures: Sequence[Path], *, which: str = "best", top: int = 5, device: str = "auto"
) -> Predictions:
    """What the network of a run's folder, or of a checkpoint, takes pictures for; a folder stands for those in it.

    A picture that cannot be read has its Problem in place of answers. Raises CannotRun.
    """
    require_torch("asking a network")
    from cnninspect.training import judging
    from cnninspect.training.trained import choose, revive

    try:
        paths = [path for picture in pictures for path in _below(os.fspath(picture))]
        found = choose(os.fspath(target), which)
        graph = _graph(found)
        trained = revive(found, graph, device)
        seen = tuple(judging.predict(trained, paths, top=top))
    except Problem as problem:
        raise CannotRun(problem) from None
    return Predictions(_asked(found, graph, trained.classes, str(trained.engine.device)), seen)


def _below(path: str) -> list[str]:
    """A file, or the pictures of a folder by name."""
    if not os.path.isdir(path):
        return [path]
    from cnninspect.data.pictures import ENDINGS

    found = [os.path.join(path, name) for name in sorted(os.listdir(path)) if name.lower().endswith(ENDINGS)]
    if not found:
        message = f"there is no picture in the folder '{clip(path, 4096)}'"
        raise Problem("file-not-found", message, help=f"pictures end in {', '.join(ENDINGS)}")
    return found


def _graph(found: Restored) -> Graph:
    """The network that a checkpoint says it is of."""
    from cnninspect.training.trained import network_of

    name, text = network_of(found)
    loaded = read(name, text=text)
    errors = [finding for finding in loaded.findings if finding.severity == "error"]
    if loaded.graph is None or errors:
        why = errors[0].message if errors else "it is empty"
        message = f"the network in '{clip(found.path, 4096)}' cannot be read: {why}"
        raise Problem("bad-checkpoint", message, help="layers of your own need --plugin MODULE")
    return loaded.graph


def _asked(found: Restored, graph: Graph, classes: tuple[str, ...], device: str) -> Asked:
    return Asked(graph.name, found.path, found.position, classes, device, found.notes)
