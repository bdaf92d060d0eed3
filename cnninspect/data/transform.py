"""What happens to an image before a network sees it: two plain records that any JSON file can carry.

``Transform`` is for every image, and goes into a checkpoint. ``Augment`` is what training adds to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Mapping

FITS = ("stretch", "crop", "pad")
FLIPS = ("none", "horizontal", "vertical", "both")


class Transform(Record):
    """How any image becomes an input of the network: fitted to its size, then ``(x - mean) / std`` by channel.

    An image of 8 bits has numbers from 0 to 1 before that, any other those that it has.
    """

    channels: int
    """1 makes colours grey, 3 repeats grey."""
    height: int
    width: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    fit: str = "stretch"
    """``stretch`` both sides; ``crop``: scale to ``resize``, keep the centre; ``pad``: only scale down, zeros around."""
    resize: int | None = None
    """The shorter side before the centre is kept, of ``crop``; None is the network's own size."""

    def as_json(self) -> dict[str, Any]:
        """Lists, numbers and words."""
        return _plain(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Transform:
        """The transform that ``as_json`` wrote; raises the Problem that it is none."""
        found = _record(cls, given)
        return checked_transform(found._replace(mean=tuple(found.mean), std=tuple(found.std)))


class Augment(Record):
    """What training does to an image beside that, by chance; nothing where all is as here."""

    crop: int | None = None
    """A window of the network's size at any place, after so many zeros on each side; None keeps the centre."""
    scale: tuple[float, float] | None = None
    """A window of this share of the area and of any place, scaled to the network's size: in place of ``crop``."""
    ratio: tuple[float, float] = (3 / 4, 4 / 3)
    """Width over height of that window."""
    flip: str = "none"
    rotate: float = 0.0
    """Degrees, at most, to either side."""
    brightness: float = 0.0
    """A factor between 1 - this and 1 + this; so are the next two."""
    contrast: float = 0.0
    saturation: float = 0.0
    hue: float = 0.0
    """A share of the circle of hues, at most 0.5, to either side."""
    erase: float = 0.0
    """How likely a rectangle of 2 to 33 % of the area becomes the mean."""
    mixup: float = 0.0
    """The alpha of a beta distribution: how far two images and their labels are blended."""
    cutmix: float = 0.0
    """The same for a rectangle of another image; where both are given each happens to half of the images."""

    def as_json(self) -> dict[str, Any]:
        """Lists, numbers and words."""
        return _plain(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Augment:
        """The options that ``as_json`` wrote; raises the Problem that it has none."""
        found = _record(cls, given)
        scale = None if found.scale is None else cast("tuple[float, float]", tuple(found.scale))
        ratio = cast("tuple[float, float]", tuple(found.ratio))
        return checked_augment(found._replace(scale=scale, ratio=ratio))

    @property
    def mixes(self) -> bool:
        """Whether images are put together in pairs."""
        return self.mixup > 0 or self.cutmix > 0


def checked_transform(given: Transform) -> Transform:
    """The same transform; raises the Problem that it cannot be done."""
    for name, number in (("channels", given.channels), ("height", given.height), ("width", given.width)):
        if type(number) is not int or number < 1:
            raise _wrong(name, number, "a whole number from 1 on")
    if given.fit not in FITS:
        raise _wrong("fit", given.fit, f"one of {', '.join(FITS)}")
    if given.resize is not None and (type(given.resize) is not int or given.resize < 1):
        raise _wrong("resize", given.resize, "a whole number from 1 on")
    for name, numbers in (("mean", given.mean), ("std", given.std)):
        if len(numbers) != given.channels or not all(isinstance(number, (int, float)) for number in numbers):
            raise _wrong(name, numbers, f"a number for each of {given.channels} channels")
    if not all(number > 0 for number in given.std):
        raise _wrong("std", given.std, "numbers above 0")
    return given


def checked_augment(given: Augment) -> Augment:
    """The same options; raises the Problem that one is out of range."""
    if given.flip not in FLIPS:
        raise _wrong("flip", given.flip, f"one of {', '.join(FLIPS)}")
    if given.crop is not None and (type(given.crop) is not int or given.crop < 0):
        raise _wrong("crop", given.crop, "a whole number from 0 on")
    for name, most in (("brightness", 1.0), ("contrast", 1.0), ("saturation", 1.0), ("hue", 0.5), ("erase", 1.0)):
        _between(name, getattr(given, name), 0.0, most)
    _between("rotate", given.rotate, 0.0, 180.0)
    _between("mixup", given.mixup, 0.0, 100.0)
    _between("cutmix", given.cutmix, 0.0, 100.0)
    for name, pair, most in (("scale", given.scale, 1.0), ("ratio", given.ratio, 100.0)):
        if pair is not None and not (len(pair) == 2 and 0 < pair[0] <= pair[1] <= most):  # noqa: PLR2004
            raise _wrong(name, pair, f"two numbers above 0 and up to {most:g}, the smaller first")
    return given


def _between(name: str, number: object, least: float, most: float) -> None:
    if type(number) not in (int, float) or not least <= cast("float", number) <= most:
        raise _wrong(name, number, f"a number from {least:g} to {most:g}")


def _wrong(name: str, given: object, expected: str) -> Problem:
    return Problem("bad-value", f"'{name}' of the images must be {expected}, got {clip(repr(given))}", option=name)


def _plain(record: Any) -> dict[str, Any]:  # noqa: ANN401 - either record
    return {key: list(value) if type(value) is tuple else value for key, value in record._asdict().items()}


_R = TypeVar("_R", Transform, Augment)


def _record(kind: type[_R], given: Mapping[str, Any]) -> _R:
    known = kind._fields
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise Problem("bad-value", f"'{clip(unknown[0])}' is no option of images", help=f"known are {', '.join(known)}")
    try:
        return kind(**given)
    except TypeError:
        missing = ", ".join(name for name in known if name not in given)
        raise Problem("bad-value", f"options of images are missing among {missing}") from None
