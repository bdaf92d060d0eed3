"""The verdict on a network's receptive fields, in sentences that say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.numbers import percent
from cnninspect.reports.rf_lines import AXES, ROWS, lines, written
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api import ReceptiveFields
    from cnninspect.passes.field_checks import Misaligned
    from cnninspect.reports.rf_lines import Line
    from cnninspect.values import Shape

    Told = tuple[str, str]
    """A mark, and a sentence: ``✓`` is fine, ``!`` wants a look, ``·`` is a fact."""

SHOWN = 3
"""Places that are named before the rest is counted."""


def verdict(report: ReceptiveFields, given: int, found: Sequence[Line]) -> list[Told]:
    """What the fields on one input mean."""
    image = report.graph.inputs[given].shape
    if not found:
        return [("·", f"No layer depends on {clip(report.graph.inputs[given].name)}.")]
    if len(image) < 2:  # noqa: PLR2004 - features only
        return [("·", "The input is a vector: it has no places that a unit could see some of.")]
    told = [*_last_map(found, image), *_global_maps(found), *_unproductive(found), *_resolutions(report, given)]
    told += [*_misaligned(report, given), *_unread(report, given), *_unknown(report, found)]
    return told


def _by(sizes: Sequence[object]) -> str:
    return " × ".join(map(str, sizes))


def _spatial(found: Sequence[Line], image: Shape) -> list[Line]:
    """The layers whose map has places, and whose field has an end."""
    return [
        one
        for one in found
        if one.runs and one.field is not None and not any(one.field.whole) and len(one.unit) == len(image) - 1
    ]


def last_map(report: ReceptiveFields, given: int) -> str | None:
    """The name of the last layer whose map has places and whose field has an end."""
    image = report.graph.inputs[given].shape
    maps = _spatial(lines(report, given), image) if len(image) > 1 else []
    return maps[-1].node.name if maps else None


def _last_map(found: Sequence[Line], image: Shape) -> list[Told]:
    """The field at the last map against the input."""
    maps = _spatial(found, image)
    if not maps:
        whole = next((one for one in found if one.field is not None and any(one.field.whole)), None)
        return (
            [] if whole is None else [("·", f"{clip(whole.node.name)} sees all of an axis, and so does all after it.")]
        )
    last = maps[-1]
    sizes = [end - start + 1 for start, end in last.window or ()]
    output = _by((last.node.outputs[0] or ())[1:])
    what = f"a unit of the last map{_before(found)}, {clip(last.node.name)} ({output}), sees {_by(sizes)} of {_by(image[1:])}"
    share = percent(last.share)
    beyond = "" if not last.padding else f"; {percent(last.padding)} of the middle unit's window is padding"
    sight = "the whole input" if last.share == 1 else f"{share} of the input"
    more = any(one.field is None or any(one.field.whole) for one in found)
    small = last.share is not None and last.share < 0.25 and not more  # noqa: PLR2004 - a quarter
    advice = ", and nothing larger is ever seen as a whole" if small else ""
    return [("·", f"{what[0].upper()}{what[1:]}: {sight}{beyond}{advice}.")]


def _before(found: Sequence[Line]) -> str:
    """That maps with places come after it, which see everything, or nobody knows what."""
    if any(one.runs and one.field is None for one in found):
        return " that is known"
    return " that is not global" if _global_maps(found) else ""


def _global_maps(found: Sequence[Line]) -> list[Told]:
    """Where maps of many places see everything, as after a squeeze-excite block."""
    maps = [one for one in found if one.runs and one.field is not None and any(one.field.whole) and _many(one)]
    if not maps:
        return []
    name = clip(maps[0].node.name)
    many = f"From {name} on {len(maps)} maps see" if len(maps) > 1 else f"The map of {name} sees"
    sentence = f"{many} all of an axis in every place"
    return [("·", f"{sentence}; --through-gates leaves out what only weighs, such as squeeze-excite.")]


def _many(one: Line) -> bool:
    return any(size > 1 for size in (one.node.outputs[0] or ())[1:])


def _unproductive(found: Sequence[Line]) -> list[Told]:
    """From where on the field is larger than the input, and which layers look for more in vain."""
    beyond = [one for one in found if one.exceeds and one.runs]
    idle = [one for one in found if one.unproductive and one.runs]
    told = []
    if beyond:
        field = beyond[0].field
        assert field is not None
        told.append(("·", f"From {clip(beyond[0].node.name)} on fields exceed the input ({_by(field.size)})."))
    elif not idle and all(one.field for one in found):
        told.append(("✓", "No layer's field exceeds the input."))
    elif not idle and any(one.field for one in found):
        told.append(("·", "No field that is known exceeds the input."))
    if not idle:
        return told
    names = ", ".join([clip(one.node.name) for one in idle[:SHOWN]]) + (", …" if len(idle) > SHOWN else "")
    many = "layer looks" if len(idle) == 1 else "layers look"
    vain = (
        f"{len(idle)} unproductive {many} for context where all of the input is seen already: {names}. "
        "A larger input, less downsampling above or fewer layers would make the network use them."
    )
    return [*told, ("!", vain)]


def _resolutions(report: ReceptiveFields, given: int) -> list[Told]:
    """The inputs that suit."""
    spans = report.resolutions[given]
    if spans is None:
        return []
    axes = AXES.get(len(spans), ())
    low, high = [_per_axis(sizes, axes) for sizes in zip(*spans, strict=True)]
    least = f"; below {low} the deepest layers look in vain" if max(span[0] for span in spans) > 1 else ""
    return [("·", f"One unit sees the whole of inputs of up to {high}{least}.")]


def _per_axis(sizes: Sequence[int], axes: Sequence[str]) -> str:
    """Sizes of all axes in words, once where they are alike."""
    if len({*sizes}) == 1:
        return " × ".join(map(str, sizes))
    *first, last = [f"{axis} {size}" for axis, size in zip(axes, sizes, strict=False)]
    return f"{', '.join(first)} and {last}"


def _misaligned(report: ReceptiveFields, given: int) -> list[Told]:
    """Where paths that meet look at different places."""
    merges: dict[int, dict[str, list[int]]] = {}
    for one in report.misaligned:
        if one.input == given:
            merges.setdefault(one.node, {}).setdefault(_apart(one), []).append(one.axis)
    if not merges:
        return []
    names = _names(report.graph.inputs[given].shape)
    shown = []
    for node, differences in list(merges.items())[:SHOWN]:
        words = [
            f"{' and '.join([names[axis] for axis in {}.fromkeys(axes)])} {how}" for how, axes in differences.items()
        ]
        shown.append(f"{clip(report.graph.nodes[node].name)} ({', '.join(words)})")
    more = f" and {len(merges) - SHOWN} more" if len(merges) > SHOWN else ""
    many = "merge joins" if len(merges) == 1 else "merges join"
    sentence = (
        f"{len(merges)} {many} paths that are not aligned: {'; '.join(shown)}{more}. "
        "Pad both paths alike, or use odd kernels where they meet."
    )
    return [("!", sentence)]


def _apart(one: Misaligned) -> str:
    """How two paths differ on an axis: how far they step, or where they look."""
    if one.jumps[0] != one.jumps[1]:
        return f"step by {written(one.jumps[0])} and {written(one.jumps[1])}"
    return f"centred on {written(one.centres[0])} and {written(one.centres[1])}"


def _names(image: Shape) -> tuple[str, ...]:
    """What the positions of each axis are called."""
    return ROWS.get(len(image) - 1, ("positions",) * (len(image) - 1))


def _unread(report: ReceptiveFields, given: int) -> list[Told]:
    """Rows and columns of the input that nothing reads."""
    image, unseen = report.graph.inputs[given].shape, report.unseen[given] or ()
    gone = [
        f"{name[:-1] if len(places) == 1 else name} {spans(stretches(places))}"
        for name, places in zip(_names(image), unseen, strict=False)
        if places
    ]
    if not gone:
        return []
    return [("!", f"No output reads {' nor '.join(gone)} of the input: another size or padding would use them.")]


def stretches(places: Sequence[int]) -> list[tuple[int, int]]:
    """Positions in order as stretches, each by its first and last one."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found


def spans(runs: Sequence[tuple[int, int]]) -> str:
    """Stretches of positions: ``222–223``, ``0, 4–6 and 9``; the rest is counted."""
    texts = [str(first) if first == last else f"{first}–{last}" for first, last in runs]
    if len(texts) > 6:  # noqa: PLR2004 - one line holds no more
        texts = [*texts[:3], "…", *texts[-2:]]
        return ", ".join(texts) + f" ({len(runs)} stretches)"
    return " and ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else texts[0]


def _unknown(report: ReceptiveFields, found: Sequence[Line]) -> list[Told]:
    lost = [one for one in found if one.field is None]
    if not lost:
        return []
    name, several = clip(lost[0].node.name), len(lost) > 1
    many = (
        f"From {name} on the fields of {len(lost)} layers are unknown" if several else f"The field of {name} is unknown"
    )
    why = "what is read is not stated, is data, or is too much to follow"
    return [("·", f"{many}: {why if report.graph.complete else 'a layer has a mistake'}.")]


def meanings(report: ReceptiveFields) -> list[str]:
    """What the numbers mean, sentence by sentence."""
    told = [
        "Field: positions of the input from the first to the last that can change a unit, over every path.",
        "Jump: how far the fields of neighbours are apart.",
        (
            "Start and centre: of the field of unit 0; negative in the padding. Where units vary, the field holds those "
            "of one period, moved back to the first."
        ),
        "Of input, padding: of the middle unit's window, how much of the input it covers, and how much lies beyond it.",
    ]
    if report.through_gates:
        told.append("Gates are looked through: what only weighs the trunk does not count.")
    return told
