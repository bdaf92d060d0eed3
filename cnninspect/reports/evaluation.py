"""What a trained network scored, or takes pictures for: for people and for programs.

``evaluate`` as JSON is ``cnninspect.evaluation/1``: ``network, checkpoint, step, epoch, device, data, split, images,
loss, accuracy, seconds``, ``classes`` (of each ``name, images, right, recall, precision, taken_for``: how often images that
are of it were taken for each class) and ``notes``. ``predict`` is ``cnninspect.predictions/1``: ``pictures`` have ``path``
and ``answers`` (``index, name, share``), or ``error``. What is not known is null.
"""

from __future__ import annotations

import json as writer
from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.reports.delimited import markdown_table
from cnninspect.reports.layers import wrapped
from cnninspect.reports.plain import aligned
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.evaluating import Asked, Evaluation, Predictions

EVALUATION, PREDICTIONS = "cnninspect.evaluation/1", "cnninspect.predictions/1"
TITLES = ("class", "images", "right", "recall", "precision", "most often taken for")
RIGHT = (False, True, True, True, True, False)
SACRIFICES = ("most often taken for", "precision", "images", "right")
"""Columns that a narrow terminal does without, the first first; what was taken for what stands below."""
BOLD, DIM, RED = "1", "2", "31"
MOST = 40
"""Classes that are listed: of more those with the lowest recall."""


class Class(Record):
    """How images of one class fared."""

    place: int
    name: str
    images: int
    right: int
    taken: int
    """How many images were taken for it, of whatever class they are."""
    row: tuple[int, ...]

    @property
    def recall(self) -> float | None:
        """The share of its images that were recognised; None where it has none."""
        return self.right / self.images if self.images else None

    @property
    def precision(self) -> float | None:
        """The share of what was taken for it that is of it; None where nothing was."""
        return self.right / self.taken if self.taken else None


def classes_of(found: Evaluation) -> list[Class]:
    """Every class; none where there are too many to count them pair by pair."""
    rows = found.judged.confusion
    if not rows:
        return []
    taken = [sum(column) for column in zip(*rows, strict=True)]
    return [
        Class(place, name, sum(row), row[place], taken[place], row)
        for place, (name, row) in enumerate(zip(found.asked.classes, rows, strict=True))
    ]


class Style:
    """How wide the paper is, None without end, and whether it takes colours."""

    def __init__(self, width: int | None = None, *, color: bool = False) -> None:
        self.width = width
        self.color = color

    def folded(self, text: str) -> list[str]:
        """A text in lines as wide as the paper."""
        return [text] if self.width is None else wrapped(text, self.width)

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and text else text


def evaluation(found: Evaluation, confusion: Sequence[str], style: Style) -> str:
    """Loss and accuracy, a line for each class, and which was taken for which (``confusion``)."""
    judged, every = found.judged, classes_of(found)
    right = round(judged.accuracy * judged.images)
    scores = [
        style.paint(f"accuracy {judged.accuracy:.2%}  loss {judged.loss:.4f}", BOLD),
        f"{right:,} of {judged.images:,} images right, in {judged.seconds:.1f} s",
    ]
    sections = [_heading(found.asked, f"on {clip(found.data)}, {found.split}", style), scores]
    if every:
        shown = _worst(every)
        lines = _table([TITLES, *[_cells(one, every) for one in shown]], style.width)
        hidden = len(every) - len(shown)
        told = [style.paint(f"{hidden:,} more classes, with a higher recall", DIM)] if hidden else []
        sections.append([style.paint(lines[0], BOLD), *lines[1:], *told])
        sections.append(list(confusion))
    sections.append([line for note in judged.notes for line in style.folded(clip(note, 400))])
    return "\n\n".join(["\n".join(section) for section in sections if section]) + "\n"


def _table(rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """Rows as columns, without those that a narrow terminal has no room for."""
    kept = list(TITLES)
    for out in (None, *SACRIFICES):
        kept = [title for title in kept if title != out]
        places = [TITLES.index(title) for title in kept]
        lines = aligned([[row[place] for place in places] for row in rows], [RIGHT[place] for place in places])
        if width is None or max(map(len, lines)) <= width:
            break
    return lines


def _heading(asked: Asked, what: str, style: Style) -> list[str]:
    position = asked.position
    where = f"{clip(asked.checkpoint, 4096)}, epoch {position.epoch:,}, step {position.step:,}"
    return [
        f"{style.paint(clip(asked.network), BOLD)}  {what}",
        *[style.paint(line, DIM) for line in style.folded(f"{where}, on {clip(asked.device, 20)}")],
    ]


def _worst(every: Sequence[Class]) -> list[Class]:
    """All classes in their order, or of too many those that fared worst."""
    if len(every) <= MOST:
        return list(every)
    known = [one for one in every if one.recall is not None]
    return sorted(known, key=lambda one: (one.recall or 0, one.place))[:MOST]


def _cells(one: Class, every: Sequence[Class]) -> list[str]:
    wrong = [(count, -place) for place, count in enumerate(one.row) if count and place != one.place]
    count, place = max(wrong, default=(0, 0))
    often = f"{clip(every[-place].name, 30)} ({count:,})" if count else ""
    return [clip(one.name, 30), f"{one.images:,}", f"{one.right:,}", _share(one.recall), _share(one.precision), often]


def _share(share: float | None) -> str:
    return "?" if share is None else f"{share:.2%}"


def evaluation_markdown(found: Evaluation) -> str:
    """The same as a table."""
    judged, every = found.judged, classes_of(found)
    lines = markdown_table(TITLES, [_cells(one, every) for one in every], RIGHT) if every else []
    title = f"### {clip(found.asked.network)} on {clip(found.data)}, {found.split}"
    scores = f"accuracy {judged.accuracy:.2%}, loss {judged.loss:.4f}, {judged.images:,} images"
    return "\n\n".join([part for part in (title, scores, "\n".join(lines)) if part]) + "\n"


def evaluation_json(found: Evaluation) -> str:
    """One evaluation, a class a line."""
    judged = found.judged
    head = {
        "schema": EVALUATION,
        **_about(found.asked),
        "data": found.data,
        "split": found.split,
        "images": judged.images,
        "loss": _finite(judged.loss),
        "accuracy": _finite(judged.accuracy),
        "seconds": judged.seconds,
        "notes": list(judged.notes),
    }
    lines = [
        writer.dumps(
            {
                "name": one.name,
                "images": one.images,
                "right": one.right,
                "recall": one.recall,
                "precision": one.precision,
                "taken_for": list(one.row),
            },
            ensure_ascii=False,
        )
        for one in classes_of(found)
    ]
    return _document(head, "classes", lines)


def evaluation_csv(found: Evaluation) -> str:
    """A record for each class: its figures, then how often it was taken for each class."""
    every = classes_of(found)
    rows = [["class", "images", "right", "recall", "precision", *[f"taken_for_{one.name}" for one in every]]]
    for one in every:
        figures = ["" if share is None else str(share) for share in (one.recall, one.precision)]
        rows.append([one.name, str(one.images), str(one.right), *figures, *map(str, one.row)])
    return _joined(rows)


# --- pictures ----------------------------------------------------------------------------


def predictions(found: Predictions, style: Style) -> str:
    """Each picture with what it is taken for, the likeliest first."""
    sections = [_heading(found.asked, "", style)]
    for picture in found.pictures:
        title = style.paint(clip(picture.path, 4096), BOLD)
        if picture.problem is not None:
            sections.append([title, style.paint(f"  {picture.problem.message}", RED)])
            continue
        rows = [[f"  {clip(one.name, 40)}", f"{one.share:.2%}"] for one in picture.answers]
        sections.append([title, *aligned(rows, (False, True))])
    return "\n\n".join(["\n".join([line.rstrip() for line in section]) for section in sections]) + "\n"


def predictions_json(found: Predictions) -> str:
    """A picture a line."""
    lines = []
    for picture in found.pictures:
        answers = [{"index": one.place, "name": one.name, "share": _finite(one.share)} for one in picture.answers]
        problem = picture.problem
        error = None if problem is None else {"code": problem.code, "message": problem.message}
        lines.append(writer.dumps({"path": picture.path, "answers": answers, "error": error}, ensure_ascii=False))
    return _document({"schema": PREDICTIONS, **_about(found.asked)}, "pictures", lines)


def predictions_csv(found: Predictions) -> str:
    """A record for each answer of each picture; one without an answer has its error."""
    rows = [["path", "rank", "index", "name", "share", "error"]]
    for picture in found.pictures:
        if picture.problem is not None:
            rows.append([picture.path, "", "", "", "", picture.problem.message])
        for rank, one in enumerate(picture.answers, 1):
            rows.append([picture.path, str(rank), str(one.place), one.name, str(one.share), ""])
    return _joined(rows)


def _about(asked: Asked) -> dict[str, object]:
    return {
        "network": asked.network,
        "checkpoint": asked.checkpoint,
        "step": asked.position.step,
        "epoch": asked.position.epoch,
        "device": asked.device,
    }


def _document(head: dict[str, object], name: str, lines: Sequence[str]) -> str:
    inside = ",\n  ".join(lines)
    every = [f"{writer.dumps(key)}: {writer.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    every.append(f'"{name}": [\n  {inside}\n ]' if lines else f'"{name}": []')
    return "{" + ",\n ".join(every) + "}\n"


def _finite(number: float) -> float | None:
    return None if number - number != 0 else number


def _joined(rows: Sequence[Sequence[str]]) -> str:
    return "".join([",".join([_quoted(cell) for cell in row]) + "\n" for row in rows])


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n\r') else text
