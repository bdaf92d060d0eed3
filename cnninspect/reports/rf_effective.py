"""The effective receptive field beside the theoretical one: numbers, words, JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.records import Record
from cnninspect.reports.numbers import percent
from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.reports.rf_layer import Unit


class Measured(Record):
    """What was measured of a unit, beside what it could see."""

    plane: list[list[float]]
    """The share of the squared gradient at each place of the last two axes."""
    boxes: tuple[tuple[tuple[int, int], ...], ...]
    """For 90 % and 95 % of it a box that holds it."""
    held: tuple[float, ...]
    area: int
    radius: tuple[float, ...]
    centre: tuple[float, ...]
    samples: int
    theoretical: int
    """Positions of the input that the unit can see."""
    seed: int

    @property
    def part(self) -> float | None:
        """How much of what the unit can see it really looks at."""
        return self.area / self.theoretical if self.theoretical else None


def beside(one: Unit, found: Any, seed: int) -> Measured:  # noqa: ANN401 - what the back end measured
    """The measured field beside the theoretical one."""
    theoretical = product([mask.bit_count() for mask in one.seen])
    plane = _plane(found.energy)
    return Measured(
        plane, found.boxes, found.held, found.area, found.radius, found.centre, found.samples, theoretical, seed
    )


def _plane(energy: list[Any]) -> list[list[float]]:
    """The last two axes: a line becomes one row, the slices of a volume are added up."""
    if not isinstance(energy[0], list):
        return [energy]
    while isinstance(energy[0][0], list):
        energy = [[sum(places) for places in zip(*rows, strict=True)] for rows in zip(*energy, strict=True)]
    return energy


def facts(measured: Measured) -> list[tuple[str, str]]:
    """Label and figure of everything that was measured."""
    told = []
    for name, box, held in zip(("90 %", "95 %"), measured.boxes, measured.held, strict=True):
        sizes = " × ".join([str(last - first + 1) for first, last in box])
        places = " × ".join([f"{first}–{last}" for first, last in box])
        told.append((f"{name} of the gradient", f"in {sizes} positions ({places}), which hold {percent(held)}"))
    told += [
        (
            "effective area",
            f"{measured.area:,} of {measured.theoretical:,} positions, {percent(measured.part)} of the field",
        ),
        ("radius", " × ".join([f"{radius:.1f}" for radius in measured.radius]) + " positions (one standard deviation)"),
        ("centre", " × ".join([f"{place:.1f}" for place in measured.centre])),
        ("measured", f"{measured.samples} random networks and inputs, seeds from {measured.seed}"),
    ]
    return told


MEANING = (
    "Effective: squared gradient of the unit (its channels added up) at each position, mean over random networks in",
    "evaluation mode and inputs of normal noise; area: where the gradient is at least 4.55 % of the largest.",
)


def record(measured: Measured, boxes: Sequence[float] = (0.9, 0.95)) -> dict[str, object]:
    """The measurement for JSON."""
    return {
        "samples": measured.samples,
        "seed": measured.seed,
        "boxes": [
            {"share": share, "holds": held, "first": [end[0] for end in box], "last": [end[1] for end in box]}
            for share, held, box in zip(boxes, measured.held, measured.boxes, strict=True)
        ],
        "area": measured.area,
        "theoretical_area": measured.theoretical,
        "part": measured.part,
        "radius": measured.radius,
        "centre": measured.centre,
    }
