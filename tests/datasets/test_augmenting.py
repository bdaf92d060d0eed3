"""What is done to images: against arithmetic by hand, Pillow, and torch."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch.nn import functional

from cnninspect.data import augmenting, colour, geometry, mixing
from cnninspect.data.draws import Chance, integers, key_of, permutation, uniforms
from cnninspect.data.loading import Loader, Loading, prepared
from cnninspect.data.sets import Arrays
from cnninspect.data.splitting import held_out
from cnninspect.data.statistics import statistics
from cnninspect.data.transform import Augment, Transform
from cnninspect.values import Problem
from tests.datasets import writing

pytestmark = pytest.mark.torch

PLAIN = Transform(1, 4, 4, (0.0,), (1.0,))


def transform(channels: int, height: int, width: int, **options: Any) -> Transform:
    return Transform(channels, height, width, (0.0,) * channels, (1.0,) * channels)._replace(**options)


def chance(count: int, seed: int = 0, epoch: int = 0) -> Chance:
    return Chance(seed, epoch, 0, count)


# --- chance -------------------------------------------------------------------------------


def test_chance_is_the_same_everywhere() -> None:
    """Numbers are integers' arithmetic: these stand for every machine and every version of torch."""
    assert key_of(1, 2, 3) == 0xD0734750FDE362B3
    assert integers(7, torch.tensor([0, 1, 10**9]), 2).tolist() == [
        [1658523505, 1463478035],
        [3310120165, 2474543276],
        [3506619205, 2105124101],
    ]
    assert permutation(5, 12).tolist() == [3, 2, 7, 6, 5, 1, 11, 8, 4, 0, 9, 10]


def test_chance_is_even() -> None:
    """A million numbers fill every tenth alike, columns and neighbours have nothing to do with each other."""
    drawn = uniforms(key_of(3), torch.arange(500_000), 2)
    counts = torch.histc(drawn.flatten(), 10, 0, 1)
    assert float(((counts - 100_000).square() / 100_000).sum()) < 27.9  # chi-squared of 9 at 1 in 1,000
    rows = torch.stack([drawn[:-1, 0], drawn[:-1, 1], drawn[1:, 0]])
    assert float((torch.corrcoef(rows) - torch.eye(3)).abs().max()) < 0.01
    assert (float(drawn.min()) >= 0, float(drawn.max()) < 1) == (True, True)


def test_orders_are_orders() -> None:
    """Each order has every number once, and no two keys have the same; the first place is anyone's."""
    orders = [permutation(key_of(seed), 50) for seed in range(400)]
    assert all(order.sort().values.tolist() == list(range(50)) for order in orders)
    assert len({tuple(order.tolist()) for order in orders}) == 400
    firsts = torch.bincount(torch.stack([order[0] for order in orders]), minlength=50)
    assert float(((firsts - 8.0).square() / 8).sum()) < 86.0  # chi-squared of 49 at 1 in 1,000


def test_held_out_by_class() -> None:
    """A fifth of each class is held out, one where there are few, none of a class of one; nothing is lost."""
    labels = torch.tensor([0] * 50 + [1] * 10 + [2] * 3 + [3])
    kept, held = held_out(labels)
    assert torch.bincount(labels[held], minlength=4).tolist() == [10, 2, 1, 0]
    assert sorted(kept.tolist() + held.tolist()) == list(range(64))
    assert not torch.equal(held_out(labels, seed=1)[1], held)


# --- size ---------------------------------------------------------------------------------


def test_scaling_is_that_of_pillow() -> None:
    """Scaling down and up differs by at most one level of 255 from Pillow's bilinear filter, in bytes and in floats."""
    pytest.importorskip("PIL")
    from PIL import Image

    for height, width, tall, wide in ((40, 30, 13, 17), (9, 9, 32, 20), (28, 28, 28, 28), (31, 50, 31, 20)):
        image = writing.images(1, 3, height, width)
        picture = Image.frombytes("RGB", (width, height), bytes(image[0].permute(1, 2, 0).flatten().tolist()))
        theirs = picture.resize((wide, tall), Image.Resampling.BILINEAR)
        expected = (
            torch.frombuffer(bytearray(theirs.tobytes()), dtype=torch.uint8).reshape(tall, wide, 3).permute(2, 0, 1)
        )
        ours = geometry.scaled(image, tall, wide)
        assert ours.dtype == torch.uint8
        assert int((ours[0].int() - expected.int()).abs().max()) <= 1
        floats = geometry.scaled(image.float(), tall, wide)
        assert float((floats - ours.float()).abs().max()) <= 1.0


FITS = [
    # fit, resize, image, what is scaled to before the centre is kept: by hand
    ("stretch", None, (10, 20), (8, 8)),
    ("crop", None, (10, 20), (8, 16)),  # the shorter side becomes 8
    ("crop", 12, (10, 20), (12, 24)),
    ("crop", 12, (20, 10), (24, 12)),
    ("crop", 4, (10, 20), (8, 16)),  # never smaller than what is needed
    ("pad", None, (10, 20), (4, 8)),  # the longer side becomes 8
    ("pad", None, (5, 3), (5, 3)),  # never scaled up
]


@pytest.mark.parametrize(("fit", "resize", "size", "scaled"), FITS)
def test_fits(fit: str, resize: int | None, size: tuple[int, int], scaled: tuple[int, int]) -> None:
    """An image is scaled by its fit, and its centre kept or zeros put around it, so that it has the network's size."""
    image = writing.images(2, 1, *size)
    given = transform(1, 8, 8, fit=fit, resize=resize)
    found = geometry.fitted(image, given)
    assert tuple(found.shape[2:]) == scaled
    whole = geometry.evaluated(image, given)
    assert tuple(whole.shape) == (2, 1, 8, 8)
    top, left = (8 - scaled[0]) // 2, (8 - scaled[1]) // 2
    if top <= 0 and left <= 0:
        assert torch.equal(whole, found[:, :, -top : 8 - top, -left : 8 - left])
    else:
        assert torch.equal(whole[:, :, top : top + scaled[0], left : left + scaled[1]], found)
        assert int(whole.sum()) == int(found.sum())


def test_mnist_in_a_frame() -> None:
    """28 x 28 in LeNet's 32 x 32 has two zeros on each side, as its authors have it."""
    image = writing.images(1, 1, 28, 28)
    assert torch.equal(geometry.evaluated(image, transform(1, 32, 32, fit="pad")), functional.pad(image, (2, 2, 2, 2)))


def test_channels() -> None:
    """Grey is repeated as colours; colours become grey as Pillow weighs them; other numbers of channels do not fit."""
    pytest.importorskip("PIL")
    from PIL import Image

    image = writing.images(1, 3, 6, 5)
    picture = Image.frombytes("RGB", (5, 6), bytes(image[0].permute(1, 2, 0).flatten().tolist())).convert("L")
    expected = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).reshape(1, 1, 6, 5)
    grey = geometry.as_channels(image, 1)
    assert int((grey.int() - expected.int()).abs().max()) <= 1
    assert torch.equal(geometry.as_channels(grey, 3), grey.repeat(1, 3, 1, 1))
    with pytest.raises(Problem, match="images of 4 channels do not fit a network of 3"):
        geometry.as_channels(writing.images(1, 4, 2, 2), 3)


# --- windows ------------------------------------------------------------------------------


def test_crop_is_a_window_of_the_padded_image() -> None:
    """Each image is one of the (2p + 1)² windows of itself with p zeros around; all windows occur, evenly."""
    image = torch.arange(1, 17, dtype=torch.uint8).reshape(1, 1, 4, 4).repeat(5000, 1, 1, 1)
    found = geometry.trained(image, PLAIN, Augment(crop=1), chance(5000))
    padded = functional.pad(image[:1], (1, 1, 1, 1))
    windows = [padded[0, 0, y : y + 4, x : x + 4] for y in range(3) for x in range(3)]
    counts = [int((found[:, 0] == window).all((1, 2)).sum()) for window in windows]
    assert sum(counts) == 5000
    assert sum((count - 5000 / 9) ** 2 / (5000 / 9) for count in counts) < 26.1  # chi-squared of 8 at 1 in 1,000


def test_crop_of_a_larger_image() -> None:
    """Without zeros a window lies within the scaled image; one that is smaller than the network gets zeros around it."""
    image = writing.images(300, 2, 6, 7)
    found = geometry.trained(image, transform(2, 4, 4, fit="pad"), Augment(crop=0), chance(300))
    assert tuple(found.shape) == (300, 2, 4, 4)  # scaled to 3 x 4, a row of zeros somewhere
    assert set((found == 0).all(3).all(1).sum(1).tolist()) == {1}
    whole = geometry.trained(image, transform(2, 5, 5, fit="crop", resize=6), Augment(crop=0), chance(300))
    places = [(y, x) for y in range(2) for x in range(3)]
    for row in range(20):
        assert any(torch.equal(whole[row], image[row, :, y : y + 5, x : x + 5]) for y, x in places)


def test_windows_of_some_share() -> None:
    """A window of a share of the area is that share, in the given ratio, anywhere in the image: its own corners show it."""
    rows, columns = torch.meshgrid(torch.arange(60.0), torch.arange(80.0), indexing="ij")
    image = torch.stack([rows, columns])
    augment = Augment(scale=(0.25, 0.25), ratio=(1.0, 1.0))
    found = geometry.trained(image.repeat(200, 1, 1, 1), transform(2, 35, 35), augment, chance(200))
    # a quarter of 60 x 80 as a square has sides of 34.6, rounded 35: nothing is scaled
    top, left = found[:, 0, 0, 0], found[:, 1, 0, 0]
    assert torch.equal(
        found[:, 0], top.reshape(-1, 1, 1) + torch.arange(35.0).reshape(1, -1, 1) + torch.zeros(1, 1, 35)
    )
    assert torch.equal(
        found[:, 1], left.reshape(-1, 1, 1) + torch.arange(35.0).reshape(1, 1, -1) + torch.zeros(1, 35, 1)
    )
    assert (int(top.min()), int(left.min())) == (0, 0)
    assert (int(top.max()), int(left.max())) == (25, 45)


def test_windows_that_do_not_fit() -> None:
    """Of an image that is too narrow for any window of the ratios asked for the centre is taken."""
    image = torch.arange(200.0).reshape(1, 1, 2, 100)
    found = geometry.trained(image, transform(1, 2, 3), Augment(scale=(1.0, 1.0)), chance(1))
    assert torch.equal(found, image[:, :, :, 48:51])  # 2 rows x 4/3, rounded: 3 columns


# --- what keeps the size ------------------------------------------------------------------


@pytest.mark.parametrize(("sides", "axes"), [("horizontal", [(), (3,)]), ("vertical", [(), (2,)]), ("both", [(), (2,), (3,), (2, 3)])])  # fmt: skip
def test_flip(sides: str, axes: list[tuple[int, ...]]) -> None:
    """Half of the images are mirrored, on each of the sides that were asked for."""
    image = torch.arange(6, dtype=torch.uint8).reshape(1, 1, 2, 3).repeat(4000, 1, 1, 1)
    found = augmenting.flipped(image, sides, chance(4000).drawn(1, 2))
    counts = [int((found == image.flip(turned)).flatten(1).all(1).sum()) for turned in axes]
    assert sum(counts) == 4000
    assert all(abs(count - 4000 / len(axes)) < 150 for count in counts)


def test_rotate() -> None:
    """A quarter turn against the clock is exact; others are Pillow's, but for the edges of rounding."""
    pytest.importorskip("PIL")
    from PIL import Image

    image = writing.images(1, 1, 9, 9)
    for degrees, expected in ((0.0, image), (90.0, image.rot90(1, (2, 3))), (180.0, image.rot90(2, (2, 3)))):
        assert torch.equal(augmenting.rotated(image, torch.tensor([degrees], dtype=torch.float64)), expected)
    smooth = geometry.scaled(writing.images(1, 1, 4, 4), 41, 33)
    picture = Image.frombytes("L", (33, 41), bytes(smooth.flatten().tolist())).rotate(25, Image.Resampling.BILINEAR)
    theirs = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).reshape(41, 33)
    ours = augmenting.rotated(smooth, torch.tensor([25.0], dtype=torch.float64))[0, 0]
    inner = (slice(12, 29), slice(10, 23))  # edges of the frame are blended with nothing there
    assert int((ours[inner].int() - theirs[inner].int()).abs().max()) <= 2


def test_rotate_by_chance() -> None:
    """Angles lie between both ends, evenly; each image has its own."""
    image = torch.zeros(400, 1, 33, 33)
    image[:, :, 4, 16] = 1.0
    found = augmenting.augmented(image, transform(1, 33, 33), Augment(rotate=30), chance(400))
    place = found.flatten(1).argmax(1)
    angle = torch.atan2(16.0 - place % 33, 16.0 - place // 33) * 180 / torch.pi
    assert -32 < float(angle.min()) < -26 < 26 < float(angle.max()) < 32
    assert abs(float(angle.mean())) < 3


@pytest.mark.parametrize("factor", [0.0, 0.6, 1.0, 1.5])
def test_colours_are_those_of_pillow(factor: float) -> None:
    """Brightness, contrast and saturation are Pillow's, but for rounding."""
    pytest.importorskip("PIL")
    from PIL import Image, ImageEnhance

    image = writing.images(1, 3, 16, 12)
    picture = Image.frombytes("RGB", (12, 16), bytes(image[0].permute(1, 2, 0).flatten().tolist()))
    pairs = ((colour.brightened, ImageEnhance.Brightness), (colour.contrasted, ImageEnhance.Contrast), (colour.saturated, ImageEnhance.Color))  # fmt: skip
    for ours, theirs in pairs:
        found = ours(image.float(), torch.tensor(factor).reshape(1, 1, 1, 1))
        raw = bytearray(theirs(picture).enhance(factor).tobytes())
        expected = torch.frombuffer(raw, dtype=torch.uint8).reshape(16, 12, 3).permute(2, 0, 1)
        assert float((found[0].round() - expected).abs().max()) <= 2


def test_hue() -> None:
    """No turn and a whole one change nothing; any turn keeps the brightness; half a turn twice is none."""
    image = writing.images(1, 3, 8, 8).float() / 4 + 96  # no colour leaves the range
    luma = geometry.grey(image)
    for share in (0.0, 1.0):
        assert torch.allclose(colour.turned(image, torch.tensor([share], dtype=torch.float64)), image, atol=1e-3)
    half = colour.turned(image, torch.tensor([0.5], dtype=torch.float64))
    assert torch.allclose(geometry.grey(half), luma, atol=1e-3)
    assert float((half - image).abs().max()) > 10
    assert torch.allclose(colour.turned(half, torch.tensor([0.5], dtype=torch.float64)), image, atol=1e-3)


def test_colours_by_chance() -> None:
    """Factors lie within their bounds; grey images have no saturation and no hue; bytes stay bytes."""
    image = torch.full((500, 1, 3, 3), 100, dtype=torch.uint8)
    found = colour.recoloured(image, Augment(brightness=0.3, saturation=1.0, hue=0.5), chance(500))
    assert (found.dtype, int(found.min()), int(found.max())) == (torch.uint8, 70, 130)
    assert colour.recoloured(image, Augment(), chance(500)) is image


def test_erase() -> None:
    """As many images as asked for lose one rectangle of 2 to 33 % of their area, to the mean."""
    image = torch.ones(4000, 2, 20, 20)
    found = augmenting.erased(image, 0.25, chance(4000).drawn(3, 5))
    gone = (found == 0).all(1)
    hit = gone.any(2).any(1)
    assert abs(int(hit.sum()) - 1000) < 110
    for mask in gone[hit][:200]:
        rows, columns = mask.any(1).nonzero()[:, 0], mask.any(0).nonzero()[:, 0]
        assert int(mask.sum()) == len(rows) * len(columns)  # one rectangle
    area = gone[hit].float().mean((1, 2))
    assert 0.01 < float(area.min()) < 0.03
    assert 0.31 < float(area.max()) < 0.36


def test_normalise() -> None:
    """(x / 255 - mean) / std for bytes, (x - mean) / std for floats; what was given is left as it was."""
    given = Transform(3, 2, 2, (0.1, 0.2, 0.3), (0.5, 0.25, 2.0))
    image = writing.images(2, 3, 2, 2)
    mean, std = (torch.tensor(numbers).reshape(1, 3, 1, 1) for numbers in (given.mean, given.std))
    assert torch.allclose(augmenting.normalised(image, given), (image / 255 - mean) / std, atol=1e-6)
    floats = torch.randn(2, 3, 2, 2)
    before = floats.clone()
    assert torch.allclose(augmenting.normalised(floats, given), (floats - mean) / std, atol=1e-6)
    assert torch.equal(floats, before)


def test_statistics() -> None:
    """Mean and deviation are those of all numbers, by channel; a channel of one value is not divided by zero."""
    images = writing.images(500, 3, 9, 9)
    images[:, 2] = 51
    mean, std = statistics(Arrays(images, torch.zeros(500, dtype=torch.int64)), 3)
    flat = images.transpose(0, 1).flatten(1).double() / 255
    assert mean == pytest.approx(flat.mean(1).tolist(), abs=1e-5)
    assert std == pytest.approx([*flat.std(1, correction=0).tolist()[:2], 1.0], abs=1e-5)
    assert mean[2] == 0.2
    batch = prepared(images[0], Transform(3, 9, 9, mean, std))
    assert float(batch[0, 2].abs().max()) < 1e-6


def test_statistics_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images of files give the same figures as in memory; of many some speak for all, always the same."""
    from cnninspect.data import statistics as counted

    class Files:
        def __init__(self, images: Arrays) -> None:
            self.images = images
            self.labels = images.labels

        def __len__(self) -> int:
            return len(self.labels)

        def read(self, number: int) -> torch.Tensor:
            return self.images.read(number)

    held = Arrays(writing.images(300, 3, 8, 8), torch.zeros(300, dtype=torch.int64))
    assert statistics(Files(held), 3) == statistics(held, 3)
    monkeypatch.setattr(counted, "MOST", 100)
    some = statistics(Files(held), 3)
    assert some != statistics(held, 3)
    assert some == statistics(Files(held), 3)
    assert some[0] == pytest.approx(statistics(held, 3)[0], abs=0.02)
    floats = Arrays(held.images.float(), held.labels)
    assert statistics(floats, 1)[0][0] == pytest.approx(statistics(held, 1)[0][0] * 255, abs=0.5)


def test_the_centre_is_kept_without_chance() -> None:
    """Without a crop training keeps the centre, as evaluation does."""
    image = writing.images(3, 1, 6, 9)
    given = transform(1, 4, 4, fit="crop")
    assert torch.equal(geometry.trained(image, given, Augment(), chance(3)), geometry.evaluated(image, given))


# --- two in one ---------------------------------------------------------------------------


def test_mixup() -> None:
    """Each image is λ of itself and the rest of its neighbour, and so are its classes."""
    images = torch.arange(7.0).reshape(7, 1, 1, 1).expand(7, 1, 3, 3).contiguous()
    labels = torch.arange(7)
    found, soft = mixing.mixed(images, labels, 7, Augment(mixup=0.5), chance(7))
    for row, other in enumerate([1, 0, 3, 2, 5, 4, 6]):
        share = float(soft[row, row])
        assert torch.allclose(found[row], torch.full((1, 3, 3), row * share + other * (1 - share)), atol=1e-5)
        assert float(soft[row, other]) == pytest.approx(share if other == row else 1 - share)
    assert torch.allclose(soft.sum(1), torch.ones(7))
    assert torch.equal(found[6], images[6])  # the last of an odd number stays alone


def test_cutmix() -> None:
    """A rectangle of each image is its neighbour's, and the classes have the shares of the area."""
    images = torch.arange(1.0, 401.0).reshape(400, 1, 1, 1).expand(400, 1, 12, 10).contiguous()
    found, soft = mixing.mixed(images, torch.arange(400), 400, Augment(cutmix=1.0), chance(400))
    partner = torch.arange(400) ^ 1
    own = found[:, 0] == images[:, 0]
    assert torch.equal(~own, found[:, 0] == images[partner, 0])
    area = own.float().mean((1, 2))
    assert torch.allclose(soft[torch.arange(400), torch.arange(400)], area, atol=1e-6)
    assert torch.allclose(soft[torch.arange(400), partner], 1 - area, atol=1e-6)
    for mask in ~own:
        assert int(mask.sum()) == int(mask.any(1).sum()) * int(mask.any(0).sum())
    assert 0.5 < float(area.mean()) < 0.7  # rectangles are cut at the edges, so that more than a half stays


def test_both_are_each_a_half() -> None:
    """With both, about half of the images are blended and half are cut."""
    images = torch.arange(1.0, 1001.0).reshape(1000, 1, 1, 1).expand(1000, 1, 6, 6).contiguous()
    found, _ = mixing.mixed(
        images, torch.zeros(1000, dtype=torch.int64), 2, Augment(mixup=5.0, cutmix=1.0), chance(1000)
    )
    blended = ((found != images) & (found != images[torch.arange(1000) ^ 1])).flatten(1).any(1)
    assert abs(int(blended.sum()) - 500) < 60


@pytest.mark.parametrize("alpha", [0.1, 0.2, 0.5, 1.0, 2.0, 8.0, 60.0])
def test_beta(alpha: float) -> None:
    """Shares follow the beta distribution: the same quantiles as a million of torch's own."""
    drawn = mixing.beta((torch.arange(200_000, dtype=torch.float64) + 0.5) / 200_000, alpha)
    torch.manual_seed(0)
    theirs = (
        torch.distributions.Beta(torch.tensor(alpha, dtype=torch.float64), alpha).sample((1_000_000,)).sort().values
    )
    assert bool((drawn.diff() >= -1e-12).all())
    for share in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9):  # nearer to 1 small alphas have no float64 in between
        ours = float((drawn <= float(theirs[int(share * 1_000_000)])).double().mean())
        assert ours == pytest.approx(share, abs=0.004)
    assert float(drawn.var()) == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.01)  # of Beta(α, α)


# --- the records --------------------------------------------------------------------------


def test_options_survive_json() -> None:
    """Both records come back from JSON as they were, whatever wrote it."""
    one = Transform(3, 224, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), "crop", 256)
    other = Augment(crop=4, scale=(0.08, 1.0), flip="horizontal", rotate=15, mixup=0.2, cutmix=1.0)
    assert Transform.from_json(json.loads(json.dumps(one.as_json()))) == one
    assert Augment.from_json(json.loads(json.dumps(other.as_json()))) == other


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"fit": "squeeze"}, "'fit' of the images must be one of stretch, crop, pad, got 'squeeze'"),
    ({"height": 0}, "'height' of the images must be a whole number from 1 on, got 0"),
    ({"resize": -1}, "'resize' of the images must be a whole number from 1 on, got -1"),
    ({"mean": (0.1, 0.2)}, "'mean' of the images must be a number for each of 1 channels, got (0.1, 0.2)"),
    ({"std": (0.0,)}, "'std' of the images must be numbers above 0, got (0.0,)"),
    ({"extra": 1}, "'extra' is no option of images"),
]


@pytest.mark.parametrize(("options", "why"), WRONG)
def test_transforms_that_cannot_be(options: dict[str, Any], why: str) -> None:
    """What a transform in a file may not say is told by its name."""
    with pytest.raises(Problem) as caught:
        Transform.from_json({**transform(1, 8, 8).as_json(), **options})
    assert (caught.value.code, caught.value.message) == ("bad-value", why)


WRONG_CHANCE: list[tuple[dict[str, Any], str]] = [
    ({"flip": "up"}, "'flip' of the images must be one of none, horizontal, vertical, both, got 'up'"),
    ({"crop": -1}, "'crop' of the images must be a whole number from 0 on, got -1"),
    ({"hue": 0.6}, "'hue' of the images must be a number from 0 to 0.5, got 0.6"),
    ({"erase": "x"}, "'erase' of the images must be a number from 0 to 1, got 'x'"),
    ({"scale": (0.0, 1.0)}, "'scale' of the images must be two numbers above 0 and up to 1, the smaller first, got (0.0, 1.0)"),
    ({"mixup": float("nan")}, "'mixup' of the images must be a number from 0 to 100, got nan"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "why"), WRONG_CHANCE)
def test_chances_that_cannot_be(options: dict[str, Any], why: str) -> None:
    """What training may not do to images is told by its name."""
    with pytest.raises(Problem) as caught:
        Augment.from_json(options)
    assert (caught.value.code, caught.value.message) == ("bad-value", why)


def test_missing_options() -> None:
    """A transform without its size is none."""
    with pytest.raises(Problem, match="options of images are missing among channels, height, width, mean, std"):
        Transform.from_json({})


def test_evaluation_is_what_is_stored() -> None:
    """A batch of validation and a single picture that is predicted go the same way, to the last bit."""
    images = writing.images(9, 3, 31, 45)
    given = transform(3, 24, 24, fit="crop", resize=28, mean=(0.4,) * 3, std=(0.3,) * 3)
    (batch,) = Loader(Arrays(images, torch.zeros(9, dtype=torch.int64)), given, Loading(9)).epoch(0)
    for row in range(9):
        assert torch.equal(prepared(images[row], Transform.from_json(given.as_json()))[0], batch.images[row])
