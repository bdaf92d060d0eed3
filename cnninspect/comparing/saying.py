"""What two models say of a network beside its layers: the limits that it is held to, and how it is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.frontends.budgets.metrics import Budget
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.frontends.yaml.recipes import Setting
    from cnninspect.values import Span

BUDGET, TRAINING = "budget", "training"
LOOSER, TIGHTER, OTHER = "looser", "tighter", "other"


class Said(Record):
    """One thing that the models say otherwise."""

    kind: str
    """``budget`` or ``training``."""
    name: str
    """What is limited, such as ``stage4.parameters``, or the option of ``training:``."""
    old: object
    """A limit as it is written, None where there is none; or the value that an option has."""
    new: object
    span: Span
    """Where the new model says it, the old one where the new one does not."""
    effect: str | None = None
    """Of a limit whether it allows more (``looser``), less (``tighter``) or something ``other``."""


def said(old: Loaded, new: Loaded) -> tuple[Said, ...]:
    """What the models say otherwise, in the order of the new one, then what only the old one says."""
    return (*_budgets(old.budgets, new.budgets), *_training(old.training, new.training))


def _budgets(old: tuple[Budget, ...], new: tuple[Budget, ...]) -> list[Said]:
    before, after = [_by_subject(budgets) for budgets in (old, new)]
    found = []
    for subject in {**after, **before}:
        was, now = before.get(subject), after.get(subject)
        if (was and _allowed(was)) == (now and _allowed(now)):
            continue
        known = now or was
        assert known is not None
        name = f"{known.part}.{known.metric}" if known.part else known.metric
        found.append(Said(BUDGET, name, was and was.text, now and now.text, known.span, _effect(was, now)))
    return found


def _by_subject(budgets: tuple[Budget, ...]) -> dict[tuple[object, ...], Budget]:
    """Each limit by what it limits, under which conditions; where one is set twice, the last counts."""
    return {(one.part, one.metric, one.batch, one.dtype, one.optimizer, one.device): one for one in budgets}


def _allowed(budget: Budget) -> tuple[int | None, int | None]:
    return budget.low, budget.high


def _effect(old: Budget | None, new: Budget | None) -> str:
    """Whether what was allowed is all allowed still, or what is allowed now was all allowed before."""
    if old is None or new is None:
        return TIGHTER if old is None else LOOSER
    if _within(old, new):
        return LOOSER
    return TIGHTER if _within(new, old) else OTHER


def _within(inner: Budget, outer: Budget) -> bool:
    """Whether one limit allows nothing that the other does not."""
    low = outer.low is None or (inner.low is not None and inner.low >= outer.low)
    return low and (outer.high is None or (inner.high is not None and inner.high <= outer.high))


def _training(old: Mapping[str, Setting], new: Mapping[str, Setting]) -> list[Said]:
    """The options that are not the same in effect: a default that is written down changes nothing."""
    if not old and not new:
        return []
    from cnninspect.recipe import Recipe

    before, after = [
        Recipe({name: setting.value for name, setting in written.items()}).settings() for written in (old, new)
    ]
    return [
        Said(TRAINING, name, before[name], value, (new if name in new else old)[name].span)
        for name, value in after.items()
        if before[name] != value
    ]
