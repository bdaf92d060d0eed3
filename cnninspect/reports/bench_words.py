"""The words of a benchmark: times in readable units, names that differ, and what the figures mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.numbers import UNKNOWN, binary
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.backends.bench_records import About, Bench, Case, Failure, Largest, Machine
    from cnninspect.backends.timing_stats import Ratio

UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
NOTHING = "-"
LEARNING = (
    "train: forward and backward of the sum of all outputs. step: with the optimizer too, at a rate of 0, so that "
    "every run does the same work."
)
MEMORY = (
    "memory: the most at once in a run of its own, with weights, inputs and what kernels keep to themselves; "
    "foretold: what `cnninspect memory` says, for training with all gradients at once and without what backward makes "
    "on its way."
)
IN_TURN = (
    "ratio: of the medians of runs in turn, A B B A, what comes after another running once before it is timed; in "
    "brackets where 95 % of 1,000 redraws of the pairs lie."
)
CPU = "CPU: processor seconds of all threads, which others at work on the machine change less than times."


def seconds(number: float | None) -> str:
    """Three digits and a unit: ``45.1 ms``."""
    return UNKNOWN if number is None else f"{digits(number / unit(number)[0])} {unit(number)[1]}"


def between(low: float, high: float) -> str:
    """From one time to another, in the unit of the later: ``44.0-47.2 ms``."""
    scale, name = unit(high)
    return f"{digits(low / scale)}-{digits(high / scale)} {name}"


def unit(number: float) -> tuple[float, str]:
    """The largest unit of which there is one, as it would be written; nanoseconds for less."""
    return next((each for each in UNITS if number / each[0] >= 0.9995), UNITS[-1])  # noqa: PLR2004 - 1.00 when rounded


def digits(number: float) -> str:
    """Three significant digits, and all of those before the point."""
    decimals = 2 if number < 9.995 else 1 if number < 99.95 else 0  # noqa: PLR2004 - where rounding adds a digit
    return f"{number:,.{decimals}f}"


def names(subjects: Sequence[About]) -> list[str]:
    """What to call each of them on a page, numbered where two have one name."""
    return numbered([clip(about.name, 60) for about in subjects])


def numbered(called: Sequence[str]) -> list[str]:
    """The names, with a number where one has been there before."""
    found: list[str] = []
    for each in called:
        name, number = each, 2
        while name in found:
            name, number = f"{each} ({number})", number + 1
        found.append(name)
    return found


def interval(ratio: Ratio | None) -> str:
    """A ratio and how sure it is: ``0.98 (0.96-1.01)``."""
    if ratio is None:
        return NOTHING
    sure = UNKNOWN if ratio.low is None or ratio.high is None else f"{ratio.low:.3f}-{ratio.high:.3f}"
    return f"{ratio.ratio:.3f} ({sure})"


def heading(bench: Bench) -> list[str]:
    """What ran, where, and in what state the machine was."""
    wish, machine = bench.wish, bench.machine
    lines = []
    for name, about in zip(names(bench.subjects), bench.subjects, strict=True):
        inputs = ", ".join(["x".join(map(str, shape)) for _, shape in about.inputs])
        lines.append(f"{name}  {clip(about.source, 200) if about.kind == 'model' else 'imported'}, input {inputs}")
    extra = [wish.dtype, *(["channels last"] if wish.channels_last else [])]
    if wish.compile:
        extra.append(f"torch.compile ({machine.compiler or 'nothing was compiled'})")
    lines.append(f"{where(machine)}, torch {machine.torch}")
    load = "load average unknown" if machine.load is None else f"load average {machine.load:.2f}"
    busy = ": THE MACHINE IS BUSY, times are too long and only ratios mean something" if machine.busy else ""
    return [*lines, f"{', '.join(extra)}; {load}{busy}"]


def where(machine: Machine) -> str:
    """The device and how many threads it has."""
    threads = f"{machine.threads} thread{'' if machine.threads == 1 else 's'}"
    return f"{machine.device}: {machine.name}, {threads} of {machine.cores} cores"


def failed(bench: Bench, case: Case, failure: Failure) -> str:
    """Why a case has no figures, in a sentence."""
    what = f"{names(bench.subjects)[case.subject]}, {case.mode}, batch {case.batch:,}"
    if not failure.out_of_memory:
        return f"{what}: could not run: {failure.message}"
    place = f" ({failure.place})" if failure.place else ""
    where = "" if failure.layer is None else f" at layer '{clip(failure.layer)}'{place}"
    asked = "" if failure.asked is None else f", which asked for {binary(failure.asked)}"
    need = "" if case.predicted is None else f"; the network needs {binary(case.predicted)} at least"
    fits = "" if failure.fits is None else f"; the largest batch that should fit is {failure.fits:,}"
    return f"{what}: out of memory{where}{asked}{need}{fits}"


def found(largest: Largest) -> str:
    """The largest batch, beside its prediction."""
    fitting = [batch for batch, fits in largest.tried if fits]
    number = f"{largest.batch:,}" if largest.batch is not None else f"at least {max(fitting, default=0):,}"
    foretold = UNKNOWN if largest.predicted is None else f"{largest.predicted:,}"
    tries = f"{len(largest.tried)} tried"
    return f"largest batch, {largest.mode}: {number} within {binary(largest.limit)} ({tries}); foretold {foretold}"


def notes(bench: Bench) -> list[str]:
    """What the figures mean, and what else has to be said."""
    told = [*bench.notes]
    whole = [case for case in bench.cases if case.breaks == 0]
    told += (
        [f"torch.compile: {len(whole)} of {len(bench.cases)} cases are one graph, without a break."] if whole else []
    )
    told += [IN_TURN] if bench.versus else []
    told += [LEARNING] if set(bench.wish.modes) - {"forward"} else []
    told += [CPU] if bench.machine.device.startswith("cpu") else []
    told += [MEMORY] if any(case.memory is not None for case in bench.cases) else []
    unstable = [case for case in bench.cases if case.warm is not None and not case.warm.stable]
    if unstable:
        told.append(f"Not steady when timing began: {len(unstable)} of {len(bench.cases)} cases.")
    return told
