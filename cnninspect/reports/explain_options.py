"""Options explained: those of a layer as a table, those of a recipe, all of them or one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.options import LARGEST, Same
from cnninspect.reports.prose import beside, filled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.options import Option

SECTION = "training"
"""The page of the language under which all options of a recipe stand as well."""
RECIPE = "recipe"


def table(options: Mapping[str, Option[Any]], width: int | None) -> list[str]:
    """Every option with its default, what it means and what it takes."""
    heads, texts = [("option", "default")], ["meaning, and what it takes"]
    for name, option in options.items():
        heads += [(name, _default(option)), ("", "")]
        texts += [option.help, takes(option)]
    columns = [f"  {head}  " for head in _padded(heads)]
    return beside(columns, texts, width)


def _padded(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Two columns of names, every row of one length."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [f"{first:{wide[0]}}  {second:{wide[1]}}" for first, second in rows]


def takes(option: Option[Any]) -> str:
    """The kind and the bounds of what an option takes."""
    inner = getattr(option, "option", option)
    low, high = getattr(inner, "min", None), getattr(inner, "max", None)
    bounds = [f"at least {_number(low)}"] if low is not None else []
    bounds += [f"at most {_number(high)}"] if high is not None and high < LARGEST else []
    return ", ".join([inner.kind, *bounds])


def _number(bound: float) -> str:
    return f"{bound:,}" if isinstance(bound, int) else f"{bound:g}"


def _default(option: Option[Any]) -> str:
    if option.required:
        return "required"
    if isinstance(option.default, Same):
        return repr(option.default)
    if option.default is None or option.default == ():
        return "none"
    return str(option.default).lower() if isinstance(option.default, bool) else str(option.default)


# --- recipes -------------------------------------------------------------------------------


def recipe_words() -> list[str]:
    """Every word that is explained here."""
    from cnninspect.recipe import OPTIONS

    return [RECIPE, *OPTIONS]


def meant(word: str) -> str | None:
    """What another program's name of an option of a recipe is here."""
    from cnninspect.recipe import MEANT

    return MEANT.get(word.lower().removeprefix("--").replace("-", "_"))


def recipe_parts(word: str, width: int | None) -> Iterator[list[str]]:
    """What there is about recipes under a word: all options of one, or the option of that name."""
    from cnninspect.recipe import GROUPS, OPTIONS

    if word in (RECIPE, SECTION):
        told = "Options of a recipe: in the training section of a model, in a recipe file, and of cnninspect train."
        groups = [
            "\n".join([f"{name}:", *table({one: OPTIONS[one] for one in GROUPS[name]}, width)]) for name in GROUPS
        ]
        yield [f"{RECIPE}: how a network is trained", filled(told, width), *groups]
    name = word.removeprefix("--").replace("-", "_")
    group = next((group for group, names in GROUPS.items() if name in names), None)
    if group is not None:
        dashed = name.replace("_", "-")
        where = f"In a file {name}: …, on the command line --{dashed}; cnninspect explain {RECIPE} lists the others."
        yield [
            f"{name}: an option of a recipe ({group})",
            "\n".join(table({name: OPTIONS[name]}, width)),
            filled(where, width),
        ]
