"""What is asked of a benchmark, and what it finds: plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from cnninspect.backends.timing_stats import Ratio, Spread
    from cnninspect.values import Shape

MODES = ("forward", "train", "step")
"""Inference; forward and backward; forward, backward and the optimizer."""
DTYPES = ("float32", "bfloat16", "float16", "float64")
OPTIMIZERS = ("sgd", "momentum", "adam", "adamw")


class Wish(Record):
    """What to measure, and how."""

    batches: tuple[int, ...] = (1,)
    modes: tuple[str, ...] = ("forward",)
    dtype: str = "float32"
    device: str = "cpu"
    compile: bool = False
    channels_last: bool = False
    threads: int | None = None
    runs: int = 10
    """At least so many of each."""
    seconds: float = 1.0
    """At least for so long each."""
    optimizer: str = "sgd"
    seed: int = 0
    layers: bool = False
    largest: bool = False
    memory: int | None = None
    """The bytes that the largest batch may take."""
    give_back: bool = False
    """Whether malloc gives memory back between runs, as it does by itself."""


class Machine(Record):
    """Where it ran."""

    torch: str
    device: str
    name: str
    """What the vendor calls the device."""
    cores: int
    threads: int
    load: float | None
    """The load average of the last minute, before anything ran; None where the system does not tell."""
    compiler: str | None = None
    """What torch.compile made code with, where it was asked to."""

    @property
    def busy(self) -> bool:
        """Whether others were at work, so that times are longer than they need be."""
        return self.load is not None and self.load > 0.5 * self.cores  # half of the machine


class About(Record):
    """One of those that ran."""

    name: str
    kind: str
    """``model`` or ``import``."""
    source: str
    variant: str | None
    inputs: tuple[tuple[str, Shape], ...]


class Failure(Record):
    """Why a case has no figures."""

    message: str
    out_of_memory: bool = False
    layer: str | None = None
    place: str | None = None
    fits: int | None = None
    """The largest batch that should fit, by prediction; None where it cannot be told."""
    asked: int | None = None
    """The bytes that could not be had at that moment; None where torch does not tell."""


class Sample(Record):
    """One run."""

    seconds: float
    """By the clock on the wall; on CUDA between two events of the device."""
    cpu: float
    """Seconds that the process had processors for, those of all threads added."""


class WarmUp(Record):
    """What ran before anything counted."""

    runs: int
    stable: bool
    first: float
    """Seconds of the very first run: with compiling, where that was asked for."""


class Case(Record):
    """One of them at one batch in one mode."""

    subject: int
    mode: str
    batch: int
    samples: tuple[Sample, ...] = ()
    spread: Spread | None = None
    """Of the seconds."""
    cpu: Spread | None = None
    """Of the processors' seconds."""
    warm: WarmUp | None = None
    memory: int | None = None
    """The most bytes at once, with weights and inputs; None where it was not measured."""
    predicted: int | None = None
    """The same as the static engine has it; None for what it does not know."""
    failure: Failure | None = None
    breaks: int | None = None
    """At how many places torch.compile left its graph; None where nothing was compiled."""

    @property
    def per_second(self) -> float | None:
        """Samples of a batch a second, by the median."""
        return None if self.spread is None or not self.spread.median else self.batch / self.spread.median


class Versus(Record):
    """The first of them over another, in one case."""

    other: int
    mode: str
    batch: int
    seconds: Ratio
    cpu: Ratio | None


class LayerTime(Record):
    """What one layer takes of a forward."""

    name: str
    op: str
    seconds: float
    share: float
    """Of all layers."""


class LayerTimes(Record):
    """The forward of a network, layer by layer, each the median over the runs."""

    batch: int
    runs: int
    plain: float
    """The median seconds of a run that nobody watches."""
    watched: float
    """The median seconds of a run whose layers are timed."""
    layers: tuple[LayerTime, ...]


class Largest(Record):
    """The largest batch that fits."""

    mode: str
    limit: int
    """Bytes."""
    batch: int | None
    """None where the search did not come to its end."""
    tried: tuple[tuple[int, bool], ...]
    """Each batch that was tried, and whether it fitted."""
    predicted: int | None


class Bench(Record):
    """All that was measured."""

    wish: Wish
    machine: Machine
    subjects: tuple[About, ...]
    cases: tuple[Case, ...]
    versus: tuple[Versus, ...]
    layers: LayerTimes | None
    largest: tuple[Largest, ...]
    notes: tuple[str, ...]
    interrupted: bool

    @property
    def failed(self) -> bool:
        """Whether any case has no figures."""
        return any(case.failure is not None for case in self.cases)
