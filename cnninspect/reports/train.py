"""What ``cnninspect train`` prints: what is going to happen, a line for each epoch, and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.prose import filled
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.api.planning import Plan
    from cnninspect.api.training import Trained
    from cnninspect.training.metrics import Scores
    from cnninspect.training.telling import Epoch

MOST_CLASSES = 20
"""A confusion matrix is written out for so many classes; of more, the pairs that are confused most often."""
PAIRS = 10
LONGEST_NAME = 12
BAR, LEAST_BAR = 20, 6
"""Cells of the bar, where there is room and where there is little."""
HEAD = "  epoch        lr  train loss  accuracy  held-out loss  accuracy  images/s"


def plan(found: Plan, width: int | None = None) -> str:
    """What is trained on what, and what was chosen for it; a line is as long as it is where there is no ``width``."""
    data, recipe, look = found.data, found.recipe, found.preflight
    lines = [
        f"{found.graph.name}: {look.parameters:,} parameters, on {look.device}",
        f"{data.name}: {len(data.train):,} images to learn from, {len(data.validation):,} held out, {len(data.classes)} classes",
        f"  {data.split}",
        f"recipe: {_recipe(recipe.settings(), recipe.rate)}",
    ]
    lines += [f"  {clip(note, 200)}" for note in (*data.notes, *look.notes)]
    if look.needs is not None and look.free is not None:
        lines.append(
            f"memory: a step needs {size(look.needs)} as stated, {size(look.free)} are free: "
            f"the largest batch that fits is {look.largest or 0:,}"
        )
    return "\n".join([part for line in lines for part in _wrapped(line, width)]) + "\n"


def _wrapped(line: str, width: int | None) -> list[str]:
    if width is None or len(line) <= width:
        return [line]
    from textwrap import wrap

    return wrap(line, max(width, 20), subsequent_indent="  ", break_on_hyphens=False)


def _recipe(settings: Mapping[str, object], rate: float) -> str:
    parts = [_epochs(int(str(settings["epochs"]))), f"batch {settings['batch']}"]
    parts += [f"{settings['optimizer']} at {rate:g}", str(settings["schedule"]), f"seed {settings['seed']}"]
    if settings["precision"] != "float32":
        parts.append(str(settings["precision"]))
    return ", ".join(parts)


# --- epochs ----------------------------------------------------------------------------------


def row(epoch: Epoch) -> str:
    """The row of an epoch, below HEAD; a star marks the best so far."""
    return (
        f"{epoch.number:>7} {epoch.rate:>9.3g} {epoch.train.loss:>11.4f} {epoch.train.accuracy:>9.2%}"
        f" {epoch.validation.loss:>14.4f} {epoch.validation.accuracy:>9.2%}{'*' if epoch.best else ' '}{epoch.speed:>9,.0f}"
    )


def line(epoch: Epoch, epochs: int) -> str:
    """An epoch in one plain line, for a pipe."""
    return (
        f"epoch {epoch.number}/{epochs} step {epoch.step} lr {epoch.rate:.3g}"
        f" train_loss {epoch.train.loss:.4f} train_accuracy {epoch.train.accuracy:.4f}"
        f" loss {epoch.validation.loss:.4f} accuracy {epoch.validation.accuracy:.4f}"
        f" seconds {epoch.seconds:.1f} images_per_second {epoch.speed:.0f}{' best' if epoch.best else ''}"
    )


def bar(  # noqa: PLR0913 - what a person wants to know while it runs
    epoch: int, epochs: int, share: float, scores: Scores | None, speed: float, left: float | None, width: int = 120
) -> str:
    """The line that moves: how far the epoch is, how it goes, how long the whole will take; no wider than ``width``."""
    parts = [f"{share:>4.0%}"]
    if scores is not None and scores.images:
        parts.append(f"loss {scores.loss:.4f}  accuracy {scores.accuracy:.2%}")
    if speed:
        parts.append(f"{speed:,.0f} images/s")
    if left is not None:
        parts.append(f"{duration(left)} left")
    head, tail = f"{epoch:>3}/{epochs} [", f"] {'  '.join(parts)}"
    cells = min(max(width - len(head) - len(tail), LEAST_BAR), BAR)
    full = round(share * cells)
    return f"{head}{'#' * full}{'.' * (cells - full)}{tail}"[:width]


# --- the end -----------------------------------------------------------------------------------


def summary(found: Trained, width: int | None = None) -> str:
    """How it went, the confusion matrix, where the run lies, and what to type next; ``width`` is that of a terminal."""
    outcome, data = found.outcome, found.plan.data
    lines: list[str] = []
    if outcome.epochs:
        lines += _scores(found)
    if outcome.confusion:
        lines += ["", *confusion(data.classes, outcome.confusion, width)]
    lines += ["", f"run: {clip(found.folder, 400)}: last.pt, best.pt, metrics.jsonl", f"next: {_next(found)}"]
    return "\n".join(lines) + "\n"


def _scores(found: Trained) -> list[str]:
    outcome, data, recipe = found.outcome, found.plan.data, found.plan.recipe
    last = outcome.epochs[-1]
    by_loss = recipe.monitor == "loss"
    best = min(outcome.epochs, key=lambda one: one.validation.loss if by_loss else -one.validation.accuracy)
    ended = {
        "done": f"after {_epochs(last.number)}",
        "patience": f"after {_epochs(last.number)}, {recipe.patience} of them without a better one",
        "signal": f"stopped by a signal after {_epochs(last.number, 'whole ')}",
        "not-finite": f"stopped after {_epochs(last.number, 'whole ')}",
    }[outcome.reason]
    lines = [
        f"{found.plan.graph.name} on {data.name}, {ended} and {last.step:,} steps, in {duration(outcome.seconds)}:",
        f"  held out: {last.validation.accuracy:.2%} of {last.validation.images:,} images right, loss {last.validation.loss:.4f}",
    ]
    if best.number != last.number:
        lines.append(
            f"  best:     {best.validation.accuracy:.2%} right, loss {best.validation.loss:.4f}, after epoch {best.number} (best.pt)"
        )
    published = {key: value for key, value in found.plan.published.items() if isinstance(value, (int, float))}
    if published:
        told = ", ".join([f"{clip(key, 30)} {value:g}" for key, value in published.items()])
        lines.append(f"  published for this recipe: {told}")
    return lines


def _epochs(count: int, kind: str = "") -> str:
    return f"{count} {kind}epoch{'' if count == 1 else 's'}"


def _next(found: Trained) -> str:
    if found.outcome.reason == "signal":
        return f"cnninspect train --run {found.folder}, which goes on from here"
    return f"cnninspect evaluate {found.folder}"


def confusion(classes: Sequence[str], rows: Sequence[Sequence[int]], width: int | None = None) -> list[str]:
    """How often each class (row) was taken for each (column), or the pairs that were confused most.

    Where the columns do not fit under their names, they are numbered as the rows are.
    """
    names = [clip(name, LONGEST_NAME) for name in classes]
    if len(classes) <= MOST_CLASSES:
        numbers = [str(place) for place in range(len(names))]
        longest = max(map(len, names))
        for heads, titles in (
            (names, names),
            (numbers, [f"{name:>{longest}} {place:>2}" for place, name in enumerate(names)]),
        ):
            lines = _matrix(heads, titles, rows)
            if width is None or len(lines[-1]) <= width:
                return [filled("what it is (rows) and what it was taken for (columns):", width), *lines]
    return _pairs(names, rows)


def _matrix(heads: Sequence[str], titles: Sequence[str], rows: Sequence[Sequence[int]]) -> list[str]:
    """A line for each class, below the heads of the columns."""
    width = max(*[len(f"{number:,}") for row in rows for number in row], *[len(head) for head in heads]) + 1
    first = max([len(title) for title in titles]) + 2
    lines = [" " * first + "".join([head.rjust(width) for head in heads])]
    for place, (title, row) in enumerate(zip(titles, rows, strict=True)):
        cells = [(f"{number:,}" if number or at == place else ".").rjust(width) for at, number in enumerate(row)]
        lines.append(title.rjust(first) + "".join(cells))
    return lines


def _pairs(names: Sequence[str], rows: Sequence[Sequence[int]]) -> list[str]:
    wrong = [(n, one, other) for one, row in enumerate(rows) for other, n in enumerate(row) if n and one != other]
    worst = sorted(wrong, key=lambda found: (-found[0], found[1:]))[:PAIRS]
    if not worst:
        return ["no class was taken for another"]
    return ["what was confused most often:"] + [
        f"{count:>8,}  {names[one]} taken for {names[other]}" for count, one, other in worst
    ]


def duration(seconds: float) -> str:
    """A time as people say it: ``12.3 s``, ``4 min 05 s``, ``2 h 10 min``."""
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def size(count: int) -> str:
    """Bytes in the unit that fits."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":  # noqa: PLR2004
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:,.1f} {unit}"
        amount /= 1024
    raise AssertionError
