"""Estimated times: what each layer asks of a device, the bound, and the sum; every figure labelled an estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.numbers import UNKNOWN, percent, short, whole
from cnninspect.reports.plain import aligned
from cnninspect.reports.table import BOLD, DIM, wrapped
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.passes.roofline import Estimate, Roofline

COLUMNS = ("layer", "FLOPs", "bytes moved", "FLOPs/byte", "bound", "time", "share")
RIGHT = (False, True, True, True, False, True, True)
SACRIFICES = ("FLOPs", "FLOPs/byte", "bytes moved", "share")
"""What a narrow terminal does without, the first first."""
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))


def duration(seconds: float | None) -> str:
    """A time with three digits: ``1.28 ms``, ``457 us``; ``0`` for none at all."""
    if seconds is None:
        return UNKNOWN
    if not seconds:
        return "0"
    unit, word = next((pair for pair in UNITS if seconds >= pair[0] * 0.9995), UNITS[-1])
    return f"{_three(seconds / unit)} {word}"


def ratio(number: float | None) -> str:
    """FLOPs a byte: ``12.5``, ``0.125``; empty where nothing is moved."""
    return "" if number is None else _three(number)


def _three(number: float) -> str:
    """Three digits, more before the point where there are more."""
    for decimals, limit in ((3, 0.9995), (2, 9.995), (1, 99.95)):
        if number < limit:
            return f"{number:.{decimals}f}"
    return f"{number:,.0f}"


def lookup(roof: Roofline, names: Iterable[str]) -> Estimate:
    """The estimate of a layer, or of several together, by name: for a line of a summary's table."""
    from cnninspect.passes.roofline import together

    wanted = set(names)
    return together([layer for name, layer in zip(roof.names, roof.layers, strict=True) if name in wanted])


def share(part: Estimate, roof: Roofline) -> float | None:
    """The part of the whole time."""
    if part.seconds is None or roof.total.seconds is None:
        return None
    return part.seconds / roof.total.seconds if roof.total.seconds else 0.0


def total_lines(roof: Roofline) -> list[tuple[str, str, str]]:
    """Label, figure and remark, for the lines below a summary's table."""
    total = roof.total
    bound = f"mostly {total.bound}-bound" if total.bound else ""
    throughput = f"{short(round(roof.batch / total.seconds))} samples a second" if total.seconds else ""
    return [
        ("bytes moved", whole(total.bytes), "weights, inputs and outputs of each layer once"),
        ("FLOPs/byte", ratio(total.intensity), _ridge(roof)),
        ("estimated time", duration(total.seconds), ", ".join(filter(None, [throughput, bound]))),
    ]


def _ridge(roof: Roofline) -> str:
    if roof.ridge is None:
        return f"{clip(roof.device.name)} has no {roof.dtype} peak in {clip(roof.device.file)}"
    return f"computing is the bound from {ratio(roof.ridge)} on"


def conventions(roof: Roofline) -> list[str]:
    """What the numbers mean, sentence by sentence."""
    device, peak = roof.device, roof.device.peak.get(roof.dtype)
    speed = f"{short(round(peak))} operations/s" if peak else f"no known {roof.dtype} peak"
    told = [
        f"An estimate, not a measurement: {clip(device.name)}, batch {roof.batch:,}, {roof.dtype}.",
        f"{speed}, {short(round(device.bandwidth))} bytes/s ({clip(device.source, 200)}).",
        "Time is the greater of FLOPs / peak and bytes / bandwidth for each layer; only fused layers can be faster.",
        "Views move nothing, layers in place read and write.",
    ]
    fast = device.peak.get("tf32")
    if roof.dtype == "float32" and peak and fast and fast > peak:
        told.append(
            f"TF32, which libraries may take for float32, has {short(round(fast))} operations/s: not counted on."
        )
    if device.launch:
        told.append(f"{duration(device.launch)} are added for starting each layer.")
    return told


def render(roof: Roofline, name: str, *, width: int | None = None, color: bool = False) -> str:
    """A table of the layers that run, the sums and what they mean."""
    rows = [
        [clip(layer), *cells(part, roof)]
        for layer, part in zip(roof.names, roof.layers, strict=True)
        if part is not None
    ]
    table = _fitting([list(COLUMNS), *rows, ["total", *cells(roof.total, roof)]], width)
    notes = conventions(roof)
    out = [f"{clip(name)} on {clip(roof.device.name)}, batch {roof.batch:,}, {roof.dtype}: estimated times", ""]
    out += [_painted(table[0], BOLD, color=color), *table[1:-1], _painted(table[-1], BOLD, color=color), ""]
    out += [line.rstrip() for line in aligned([list(line) for line in total_lines(roof)], (False, True, False))]
    out += ["", *[_painted(line, DIM, color=color) for line in (notes if width is None else wrapped(notes, width))]]
    return "\n".join(out) + "\n"


def _fitting(rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """The rows as lines, without as many columns as a narrow terminal must do without."""
    kept = list(range(len(COLUMNS)))
    for name in ("", *SACRIFICES):
        kept = [index for index in kept if COLUMNS[index] != name]
        lines = aligned([[row[index] for index in kept] for row in rows], [RIGHT[index] for index in kept])
        if width is None or max(map(len, lines)) <= width:
            break
    return lines


def cells(part: Estimate, roof: Roofline) -> list[str]:
    """FLOPs, bytes, FLOPs a byte, bound, time and share as text."""
    time = duration(part.seconds)
    bound = UNKNOWN if part.bound is None else part.bound or "-"
    intensity = ratio(part.intensity) if part.bytes is not None and part.flops is not None else UNKNOWN
    return [whole(part.flops), whole(part.bytes), intensity or "-", bound, time, percent(share(part, roof))]


def _painted(text: str, style: str, *, color: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if color else text


def as_json(roof: Roofline, name: str) -> dict[str, object]:
    """The estimates for machines; null for unknown, times in seconds."""
    device = roof.device
    return {
        "schema": "cnninspect.roofline/1",
        "model": name,
        "estimate": True,
        "batch": roof.batch,
        "dtype": roof.dtype,
        "device": {**device._asdict(), "peak": dict(device.peak)},
        "ridge": roof.ridge,
        "total": _fields(roof.total),
        "layers": _layers(roof),
    }


def _layers(roof: Roofline) -> Sequence[dict[str, object]]:
    found = zip(roof.names, roof.layers, strict=True)
    return [{"name": name, **_fields(part)} for name, part in found if part is not None]


def _fields(part: Estimate) -> dict[str, object]:
    return {
        "flops": part.flops,
        "bytes": part.bytes,
        "intensity": part.intensity,
        "bound": part.bound or None,
        "seconds": part.seconds,
        "compute_seconds": part.compute_seconds,
        "memory_seconds": part.memory_seconds,
    }
