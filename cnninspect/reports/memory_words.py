"""Amounts of memory as people write them, and the words for the figures of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.numbers import UNKNOWN, binary, whole

if TYPE_CHECKING:
    from cnninspect.passes.memory import Fit, Largest, Memory

POWERS = "kmgtp"
MOST = 2**63
ALIVE = (
    "alive: activations while a layer runs at inference: what it reads, writes and needs in between, and all that is "
    "read later; the network's input counts until it has been read."
)
IN_PLACE = "A relu and its like write over what they read where nothing else needs it, as with inplace=True."
SAVED = "saved: what backward needs, by the layer that is the first to keep it, each storage once."
BEYOND = (
    "As torch allocates it on the CPU; what a kernel keeps to itself, and the gradients of activations that backward "
    "makes on its way, come on top."
)

Total = tuple[str, str, str, str]
"""A figure: what it is called, its bytes, the same in readable units, a remark."""


def parse_bytes(text: str) -> int | None:
    """``8GiB`` and ``8G`` in powers of 1024, ``8GB`` in powers of 1000, ``1e9`` in bytes; None for what is no amount."""
    word = text.strip().lower().replace("_", "")
    base = 1000 if word.endswith("b") and not word.endswith("ib") else 1024
    number = word.removesuffix("b").removesuffix("i") if word.endswith("ib") else word.removesuffix("b")
    power = POWERS.find(number[-1]) + 1 if number else 0
    number = number[:-1] if power else number
    if word.endswith("ib") and not power:
        return None
    try:
        amount = int(number) if number.strip().isdecimal() else float(number)
    except ValueError:
        return None
    scaled = amount * base**power
    return int(scaled) if 1 <= scaled < MOST else None


def totals(memory: Memory) -> list[Total]:
    """The sums of a network, in the order in which they add up."""
    stored, adam = memory.stored, memory.optimizer
    busy = "" if memory.peak_layer is None else f"while {memory.peak_layer} runs"
    return [
        _total("weights", stored.weights),
        _total("buffers", stored.buffers),
        _total("peak activations", memory.peak, busy),
        _total("inference", memory.inference, "weights + buffers + peak activations"),
        _total("gradients", stored.gradients, "of trainable parameters"),
        _total("optimizer state", stored.optimizer, adam),
        _total("saved for backward", memory.saved, "activations, indices, masks and statistics"),
        _total("training step", memory.training, f"weights + buffers + gradients + optimizer state + {_more(memory)}"),
    ]


def _more(memory: Memory) -> str:
    """Which activations a step of training needs most: those that are saved, or the most alive at once."""
    if memory.peak is None or memory.saved is None or memory.saved >= memory.peak:
        return "saved"
    return "peak"


def _total(label: str, number: int | None, remark: str = "") -> Total:
    return label, whole(number), "" if number is None else binary(number), remark


def fits(largest: Largest) -> list[Total]:
    """The largest batches on a device."""
    return [
        _total("device memory", largest.device_bytes),
        _fit("inference", largest.inference, largest.device_bytes),
        _fit("training", largest.training, largest.device_bytes),
    ]


def _fit(what: str, fit: Fit, device_bytes: int) -> Total:
    label = f"largest batch, {what}"
    if fit.batch is None or fit.needs is None or fit.next_needs is None:
        return label, UNKNOWN, "", "a part is unknown"
    if fit.next_needs <= device_bytes:
        return label, "any", "", "nothing that is held grows with the batch"
    if fit.batch:
        remark = f"one more is {binary(fit.next_needs - device_bytes)} too much"
    elif fit.needs > device_bytes:
        remark = f"what does not grow with the batch is {binary(fit.needs - device_bytes)} too much alone"
    else:
        remark = f"one sample is {binary(fit.next_needs - device_bytes)} too much"
    return label, whole(fit.batch), "", remark


def unknown(memory: Memory, *, complete: bool = True) -> str:
    """The sentence that says why totals are unknown; empty where all is known."""
    names = memory.unknown
    if not names:
        return ""
    if not complete:
        return "?: unknown until the mistakes are mended."
    listed = ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")  # noqa: PLR2004
    return f"?: unknown because of {listed}, of which it is not stated what torch keeps."
