"""Several processes see together what one sees: every image of every batch once, changed by chance in the same way."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from cnninspect.data.loading import Loader, Loading  # noqa: E402
from cnninspect.data.sets import Arrays  # noqa: E402
from cnninspect.data.transform import Augment, Transform  # noqa: E402

pytestmark = pytest.mark.torch

AUGMENTED: dict[str, dict[str, Any]] = {"moved": {"crop": 1, "rotate": 10.0}, "blended": {"mixup": 0.4}}


def loader(samples: int, batch: int, rank: int, world: int, more: dict[str, Any]) -> Loader:
    chance = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (samples, 1, 8, 8), generator=chance, dtype=torch.uint8)
    transform = Transform(1, 8, 8, (0.5,), (0.5,), "stretch", None)
    loading = Loading(batch, 3, shuffle=True, rank=rank, world=world)
    return Loader(Arrays(images, torch.arange(samples) % 4), transform, loading, augment=Augment(**more), classes=4)


@pytest.mark.parametrize("more", AUGMENTED.values(), ids=AUGMENTED)
@pytest.mark.parametrize(("samples", "batch", "world"), [(20, 8, 2), (21, 8, 3), (9, 8, 4), (17, 5, 4), (3, 3, 5)])
def test_the_shares_of_a_batch_are_the_batch(samples: int, batch: int, world: int, more: dict[str, Any]) -> None:
    """Put one after the other, the shares of all processes are the batch of one: nothing is lost, nothing twice."""
    whole = loader(samples, batch, 0, 1, more)
    each = [loader(samples, batch, rank, world, more) for rank in range(world)]
    assert {len(one) for one in each} == {len(whole)}
    for epoch in (0, 1):
        seen: list[int] = []
        for batches in zip(whole.epoch(epoch), *[one.epoch(epoch) for one in each], strict=True):
            expected, shares = batches[0], [one for one in batches[1:] if one.real]
            assert sum(one.real for one in batches[1:]) == expected.total == expected.real
            assert {one.total for one in batches} == {expected.total}
            assert max(one.real for one in shares) - min(one.real for one in batches[1:]) <= 2  # a pair at most
            for field in ("images", "labels", "samples"):
                assert torch.equal(torch.cat([getattr(one, field) for one in shares]), getattr(expected, field)), field
            if expected.soft is not None:
                assert torch.equal(torch.cat([one.soft for one in shares]), expected.soft)
            seen += expected.samples.tolist()
        assert sorted(seen) == list(range(samples))
