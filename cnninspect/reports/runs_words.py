"""What is told of trainings, before it is a table or a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.records import Record
from cnninspect.reports.numbers import short
from cnninspect.reports.scales import written
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnninspect.training.reading import Run

UNKNOWN = "?"
MEASURES = ("accuracy", "loss", "train_accuracy", "train_loss", "lr", "images_per_second")
LEAST = ("loss", "train_loss")
"""Measures of which less is better."""
BY = ("epoch", "step", "seconds")
SAME = ("device", "workers", "keep", "every_epochs", "every_steps", "data", "epochs")
"""Options of a recipe that change no result, and those that have a column."""
OPTION_TITLES = {"loss": "loss function"}
"""What the column of an option is called where another one has its name."""
MOST_OPTIONS = 8


class Curve(Record):
    """A measure of one run from epoch to epoch."""

    name: str
    points: tuple[tuple[float, float], ...]
    dashed: bool = False
    """Of the images that are learned, where another curve is of those held out."""


class Drawn:
    """The curves of some runs: which measure against what, and how it is written."""

    def __init__(self, runs: Sequence[Run], measure: str | None, by: str, *, log: bool = False) -> None:
        self.measure = measure or measure_of(runs)
        self.log = log
        self.curves = curves(runs, self.measure, by)
        self.titles = by, self.measure.replace("_", " ")
        self.write: Callable[[float], str] = _percents if "accuracy" in self.measure else written
        self.title = f"{self.titles[1].capitalize()} of {names(runs)[0] if len(runs) == 1 else f'{len(runs)} runs'}"


def _percents(share: float) -> str:
    return f"{100 * share:.4g}%"


def names(runs: Sequence[Run]) -> list[str]:
    """What each run is called: its path, without what all paths begin with."""
    parts = [run.path.replace("\\", "/").rstrip("/").split("/") for run in runs]
    shared = 0
    while len(runs) > 1 and len({tuple(part[: shared + 1]) for part in parts}) == 1:
        shared += 1
    if len(runs) == 1:
        shared = max(len(parts[0]) - 1, 0)
    return [
        clip("/".join(part[min(shared, len(part) - 1) :]) or run.path, 80)
        for part, run in zip(parts, runs, strict=True)
    ]


def measure_of(runs: Sequence[Run]) -> str:
    """What the runs are judged by: what the first of them watched."""
    watched = next((run.recipe.get("monitor") for run in runs if run.recipe.get("monitor")), None)
    return watched if watched in ("accuracy", "loss") else "accuracy"


def network(run: Run) -> str:
    """The network's name."""
    return _text(run.about.get("model"))


def data(run: Run) -> str:
    """What it was trained on."""
    return _text(run.about.get("data"))


def _text(found: object) -> str:
    return clip(found, 60) if isinstance(found, str) else UNKNOWN


def epochs(run: Run) -> str:
    """How many are done, of how many."""
    done = max([number for entry in run.entries if (number := whole(entry.get("epoch"))) is not None], default=0)
    wanted = whole(run.recipe.get("epochs"))
    return f"{done}/{UNKNOWN if wanted is None else wanted}"


def seconds(run: Run) -> float | None:
    """What all epochs together took; None where any does not say."""
    found = [number(entry.get("seconds")) for entry in run.entries]
    known = [one for one in found if one is not None]
    return sum(known) if known and len(known) == len(found) else None


def number(value: object) -> float | None:
    """A finite number of a log."""
    if type(value) not in (int, float):
        return None
    assert isinstance(value, (int, float))
    return float(value) if value - value == 0 else None


def whole(value: object) -> int | None:
    """A whole number of a log."""
    return value if type(value) is int else None


def extreme(run: Run, measure: str) -> tuple[float, object] | None:
    """The best value of a measure over all epochs and the epoch that has it."""
    every = [(one, entry.get("epoch")) for entry in run.entries if (one := number(entry.get(measure))) is not None]
    choose = min if measure in LEAST else max
    return choose(every, key=lambda found: found[0]) if every else None


def cells(run: Run, name: str) -> dict[str, str]:
    """The row of a run."""
    entry = run.best() or {}
    parameters = whole(run.about.get("parameters"))
    spent = seconds(run)
    return {
        "run": name,
        "network": network(run),
        "data": data(run),
        "status": clip(run.status, 20),
        "epochs": epochs(run),
        "best": str(entry.get("epoch", UNKNOWN)),
        "accuracy": percent(number(entry.get("accuracy"))),
        "loss": digits(number(entry.get("loss"))),
        "parameters": short(parameters),
        "time": UNKNOWN if spent is None else duration(spent),
        "begun": clip(run.about.get("begun", UNKNOWN), 25).replace("T", " ").removesuffix("+00:00"),
    }


RIGHT = ("epochs", "best", "accuracy", "loss", "parameters", "time")


def percent(share: float | None) -> str:
    """An accuracy, to a hundredth of a percent."""
    return UNKNOWN if share is None else f"{100 * share:.2f}%"


def digits(value: float | None) -> str:
    """Four digits, or all before the point."""
    if value is None:
        return UNKNOWN
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"  # noqa: PLR2004 - four digits before the point


def duration(spent: float) -> str:
    """``3.2 s``, ``2:05``, ``1:02:03``."""
    if spent < 60:  # noqa: PLR2004 - seconds of a minute
        return f"{spent:.1f} s"
    minutes, left = divmod(round(spent), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def ordered(runs: Sequence[Run], by: str) -> list[Run]:
    """Runs in an order: the best, the shortest or the newest first; those of which it is not known come last."""
    if by == "path":
        return list(runs)
    if by == "begun":
        return sorted(runs, key=lambda run: str(run.about.get("begun", "")), reverse=True)
    values = [(seconds(run) if by == "time" else number((run.best() or {}).get(by)), run) for run in runs]
    known = [(value, run) for value, run in values if value is not None]
    known.sort(key=lambda one: one[0], reverse=by == "accuracy")
    return [*[run for _, run in known], *[run for value, run in values if value is None]]


def differing(runs: Sequence[Run]) -> list[str]:
    """The options of the recipe that are not alike in all runs: what the runs are compared for."""
    every = dict.fromkeys([name for run in runs for name in run.recipe])
    return [name for name in every if name not in SAME and len({repr(run.recipe.get(name)) for run in runs}) > 1]


def option(run: Run, name: str) -> str:
    """The value of an option, as short as it can be written."""
    found = run.recipe.get(name, UNKNOWN)
    if isinstance(found, bool) or found is None:
        return {True: "yes", False: "no", None: "-"}[found]
    return clip(f"{found:g}" if isinstance(found, float) else found, 24)


def curves(runs: Sequence[Run], measure: str, by: str) -> list[Curve]:
    """A curve for each run that has the measure; of one run also that of the images that are learned."""
    found = []
    for run, name in zip(runs, names(runs), strict=True):
        kinds = [measure]
        if len(runs) == 1 and measure in ("accuracy", "loss"):
            kinds.append(f"train_{measure}")
        for kind in kinds:
            points = tuple(_points(run, kind, _place(by)))
            if points:
                alone = len(runs) == 1 and len(kinds) > 1
                title = ("learned" if kind.startswith("train_") else "held out") if alone else name
                found.append(Curve(title, points, kind != measure))
    return found


def _points(
    run: Run, measure: str, place: Callable[[dict[str, Any], float], float | None]
) -> list[tuple[float, float]]:
    found, spent = [], 0.0
    for entry in run.entries:
        spent += number(entry.get("seconds")) or 0.0
        x, y = place(entry, spent), number(entry.get(measure))
        if x is not None and y is not None:
            found.append((x, y))
    return found


def _place(by: str) -> Callable[[dict[str, Any], float], float | None]:
    if by == "seconds":
        return lambda _, spent: spent
    return lambda entry, _: number(entry.get(by))
