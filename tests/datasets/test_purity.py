"""A batch follows from seed, epoch and its number: nothing else changes it."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch

from cnninspect.data.loading import Batch, Loader, Loading
from cnninspect.data.sets import Arrays
from cnninspect.data.shares import batches, share
from cnninspect.data.transform import Augment, Transform

pytestmark = pytest.mark.torch

SAMPLES, CLASSES = 53, 7
EVERYTHING = Augment(
    crop=2, flip="both", rotate=20, brightness=0.4, contrast=0.4, saturation=0.4, hue=0.2, erase=0.5, mixup=0.3, cutmix=1.0
)  # fmt: skip
WINDOWS = Augment(scale=(0.2, 1.0), flip="horizontal")
TRANSFORM = Transform(3, 9, 8, (0.5, 0.4, 0.3), (0.2, 0.2, 0.3))


class Files:
    """Images that are read one by one, as those of files are."""

    def __init__(self, images: Arrays) -> None:
        self.images = images
        self.labels = images.labels

    def __len__(self) -> int:
        return len(self.labels)

    def read(self, number: int) -> torch.Tensor:
        return self.images.read(number)


def some(size: tuple[int, int] = (11, 10)) -> Arrays:
    generator = torch.Generator().manual_seed(5)
    images = torch.randint(0, 256, (SAMPLES, 3, *size), generator=generator, dtype=torch.uint8)
    return Arrays(images, torch.arange(SAMPLES) % CLASSES)


def loader(images: object, loading: Loading, augment: Augment | None = EVERYTHING) -> Loader:
    assert isinstance(images, (Arrays, Files))
    return Loader(images, TRANSFORM, loading, augment=augment, classes=CLASSES)


def same(one: Batch, other: Batch) -> bool:
    if one.soft is None or other.soft is None:
        return (
            one.soft is other.soft and torch.equal(one.images, other.images) and torch.equal(one.labels, other.labels)
        )
    pairs = ((one.images, other.images), (one.labels, other.labels), (one.soft, other.soft))
    return all(torch.equal(mine, yours) for mine, yours in pairs)


LOADING = Loading(12, seed=3, shuffle=True)


@pytest.mark.parametrize("augment", [None, EVERYTHING, WINDOWS], ids=["none", "everything", "windows"])
def test_an_epoch_can_begin_anywhere(augment: Augment | None) -> None:
    """Batches from number k on are those that follow batch k - 1 in a whole epoch, and each can be made alone."""
    whole = list(loader(some(), LOADING, augment).epoch(4))
    assert len(whole) == 5
    for start in range(5):
        rest = list(loader(some(), LOADING, augment).epoch(4, start))
        assert all(same(one, other) for one, other in zip(whole[start:], rest, strict=True))
        assert same(whole[start], loader(some(), LOADING, augment).batch(4, start))


@pytest.mark.parametrize("augment", [EVERYTHING, WINDOWS], ids=["everything", "windows"])
@pytest.mark.parametrize("world", [1, 2, 3, 4, 16])
def test_ranks_share_the_same_batches(world: int, augment: Augment) -> None:
    """Whatever the number of processes, a batch holds the same images, blended alike, none lost and none doubled."""
    alone = list(loader(some(), LOADING, augment).epoch(2))
    parts = [list(loader(some(), LOADING._replace(rank=rank, world=world), augment).epoch(2)) for rank in range(world)]
    for number, batch in enumerate(alone):
        own = [part[number] for part in parts]
        assert torch.equal(torch.cat([part.images[: part.real] for part in own]), batch.images)
        assert torch.equal(torch.cat([part.labels[: part.real] for part in own]), batch.labels)
        if batch.soft is not None:
            assert torch.equal(torch.cat([part.soft[: part.real] for part in own if part.soft is not None]), batch.soft)
        assert {part.total for part in own} == {len(batch.images)} == {sum(part.real for part in own)}
        assert all(len(part.images) == max(part.real, 1) for part in own)


@pytest.mark.parametrize("workers", [0, 1, 4])
@pytest.mark.parametrize("augment", [None, EVERYTHING, WINDOWS], ids=["none", "everything", "windows"])
def test_workers_change_nothing(workers: int, augment: Augment | None) -> None:
    """Images read one by one, by any number of workers, become the same batches as those that lie in memory."""
    expected = list(loader(some(), LOADING, augment).epoch(1, 1))
    found = list(loader(Files(some()), LOADING._replace(workers=workers), augment).epoch(1, 1))
    assert all(same(one, other) for one, other in zip(expected, found, strict=True))


@pytest.mark.parametrize("augment", [EVERYTHING, WINDOWS], ids=["everything", "windows"])
def test_threads_change_nothing(augment: Augment) -> None:
    """However many threads torch has, images are the same to the last bit."""
    before = torch.get_num_threads()
    found = []
    try:
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            found.append(list(loader(some((90, 70)), LOADING._replace(batch=53), augment).epoch(1)))
    finally:
        torch.set_num_threads(before)
    assert all(same(one, other) for others in found[1:] for one, other in zip(found[0], others, strict=True))


def test_loading_leaves_chance_alone() -> None:
    """What dropout will draw is the same after an epoch was loaded, with workers or without."""
    before = torch.random.get_rng_state()
    for images, workers in ((some(), 0), (Files(some()), 2)):
        list(loader(images, LOADING._replace(workers=workers)).epoch(0))
        assert torch.equal(torch.random.get_rng_state(), before)


def test_judging_before_training() -> None:
    """What was loaded first without gradients can be learned from afterwards: nothing that is kept remembers that."""
    from cnninspect.data import augmenting, draws, geometry, mixing

    for kept in (augmenting._scales, draws._block, geometry._lines, mixing._table):
        kept.cache_clear()
    with torch.inference_mode():
        list(loader(some(), LOADING).epoch(0))
    batch = next(loader(some(), LOADING).epoch(0))
    assert batch.soft is not None
    layer = torch.nn.Conv2d(3, CLASSES, (9, 8))
    loss = torch.nn.functional.cross_entropy(layer(batch.images).flatten(1), batch.soft)
    (grad,) = torch.autograd.grad(loss, [layer.weight])
    assert bool(grad.isfinite().all())


def test_epochs_and_seeds_differ() -> None:
    """Another epoch or another seed has another order and other chance; an epoch again is the same."""
    first, again = (next(iter(loader(some(), LOADING).epoch(0))) for _ in range(2))
    assert same(first, again)
    for other in (loader(some(), LOADING).batch(1, 0), loader(some(), LOADING._replace(seed=4)).batch(0, 0)):
        assert not torch.equal(first.samples, other.samples)
        assert not torch.equal(first.images, other.images)


def test_every_sample_once() -> None:
    """An epoch has each sample once; in order where it is not shuffled."""
    shuffled = torch.cat([batch.samples for batch in loader(some(), LOADING).epoch(0)])
    assert shuffled.sort().values.tolist() == list(range(SAMPLES)) != shuffled.tolist()
    plain = torch.cat([batch.samples for batch in loader(some(), Loading(12), None).epoch(0)])
    assert plain.tolist() == list(range(SAMPLES))


def test_only_whole_batches() -> None:
    """What is left of an epoch is left out where only whole batches are wanted."""
    whole = loader(some(), LOADING._replace(whole=True))
    assert (len(whole), [batch.total for batch in whole.epoch(0)]) == (4, [12] * 4)


@pytest.mark.parametrize("pairs", [False, True])
def test_shares_cover_everything(*, pairs: bool) -> None:
    """The shares of every batch lie behind each other without gaps, differ by one unit at most, and keep pairs whole."""
    for samples in (1, 2, 7, 48, 53):
        for size in (1, 5, 12, 60):
            for world in (1, 2, 3, 8):
                at = 0
                for number in range(batches(samples, size)):
                    own = [share(samples, size, number, rank, world, pairs=pairs) for rank in range(world)]
                    assert [part.start for part in own] == [at, *[part.stop for part in own[:-1]]]
                    counts = [part.stop - part.start for part in own]
                    assert max(counts) - min(counts) <= 1 + pairs
                    assert not pairs or all(
                        (part.start - part.first) % 2 == 0 for part in own if part.stop > part.start
                    )
                    at = own[-1].stop
                    assert (own[0].first, own[0].total) == (number * size, at - number * size)
                assert at == samples
