"""Images of files decoded by worker processes, in the order of the epoch whatever their number."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader, Dataset

from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from cnninspect.data.files import Files
    from cnninspect.data.loading import Loader
    from cnninspect.data.pictures import Picture

Work = tuple["Tensor", "Tensor"]
"""Samples and their positions in the epoch."""
Told = tuple[str, str, str]
"""A Problem on its way between processes: code, message, help."""


class Decoding(Dataset["Tensor | Told"]):
    """Pieces of work by number; each makes the images of a batch."""

    def __init__(self, loader: Loader, epoch: int, work: list[Work]) -> None:
        self.loader = loader
        self.epoch = epoch
        self.work = work

    def __len__(self) -> int:
        return len(self.work)

    def __getitem__(self, number: int) -> Tensor | Told:
        """The images of one batch, in the network's size."""
        samples, places = self.work[number]
        try:
            pairs = zip(samples.tolist(), places.tolist())  # noqa: B905 - as many
            return torch.cat([self.loader.decoded(self.epoch, sample, place) for sample, place in pairs])
        except Problem as problem:
            return problem.code, problem.message, problem.help


def decoded(loader: Loader, epoch: int, work: list[Work]) -> Iterator[tuple[Tensor, Tensor]]:
    """The samples of each piece of work and their images.

    The generator is our own: torch's loader would take a number out of the one that dropout uses.
    """
    workers = min(loader.loading.workers, len(work))
    with warnings.catch_warnings():  # the number of workers is the user's choice
        warnings.simplefilter("ignore")
        loading = iter(
            DataLoader(
                Decoding(loader, epoch, work),
                batch_size=None,
                num_workers=workers,
                pin_memory=loader.loading.device.startswith("cuda"),
                worker_init_fn=_quiet if workers else None,
                generator=torch.Generator(),
            )
        )
    for (samples, _), images in zip(work, _alive(loading), strict=True):
        if isinstance(images, (tuple, list)):
            code, message, remedy = images
            raise Problem(code, message, help=remedy)
        yield samples, images


def _quiet(worker: int) -> None:
    """A worker leaves Ctrl-C to the process that it works for."""
    import signal

    del worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Looking(Dataset["Picture | str"]):
    """Pictures by number, each looked at."""

    def __init__(self, files: Files, *, whole: bool) -> None:
        self.files = files
        self.whole = whole

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, number: int) -> Picture | str:
        """What one picture is, or why it cannot be used."""
        from cnninspect.data.files import look

        return look(self.files, number, whole=self.whole)


def each(files: Files, workers: int, *, whole: bool) -> Iterator[Picture | str]:
    """A look at every picture, by several processes, in order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        looks = iter(
            DataLoader(
                Looking(files, whole=whole),
                batch_size=32,
                collate_fn=list,
                num_workers=workers,
                worker_init_fn=_quiet,
                generator=torch.Generator(),
            )
        )
    for several in _alive(looks):
        yield from several


def _alive(loading: Iterator[Any]) -> Iterator[Any]:
    """What workers give; raises the Problem that one of them is gone."""
    try:
        yield from loading
    except RuntimeError as error:
        message = f"a process that decodes pictures is gone: {clip(str(error).partition(chr(10))[0], 200)}"
        raise Problem(
            "cannot-run", message, help="memory may be short: try fewer --workers or a smaller --batch"
        ) from None
