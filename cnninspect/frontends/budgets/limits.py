"""A limit as people write it: ``<= 5M``, ``1M..5M``, ``== 11689512``, ``<= 8GiB @ batch=32, adam``.

Figures are whole numbers, so every limit becomes the smallest and the largest number that it allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.frontends.budgets.amounts import WORDS, parse_amount
from cnninspect.frontends.budgets.metrics import AT_LEAST, DTYPES, METRICS, OPTIMIZERS, Budget
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.frontends.budgets.amounts import Amount
    from cnninspect.values import Span

SIGNS = ("<=", ">=", "==", "<", ">", "=")
"""Longest first."""
FOREIGN = {"\u2264": "<=", "\u2265": ">=", "=<": "<=", "=>": ">=", "!=": "", "~": ""}
"""How others write a comparison; empty where there is none like it."""
LARGEST_BATCH = 2**31
LONGEST = 200
"""Characters of the longest limit."""


def parse_limit(metric: str, part: str, text: str, span: Span) -> Budget:
    """The budget that a text states; raises the Problem that it states none."""
    known = METRICS[metric]
    written = text.strip()
    if len(written) > LONGEST:
        raise _bad(f"the limit of {metric} is too long to be one: '{clip(written, 40)}'", _example(metric))
    amount, at, conditions = written.partition("@")
    low, high = _ends(metric, amount.strip())
    if low is not None and high is not None and low > high:
        raise _bad(f"no number lies within '{clip(written, 40)}'", "the smaller one stands first: 1M..5M")
    found = Budget(metric, part, low, high, written, span)
    if at:
        found = _conditions(found, conditions)
    if "device" in known.conditions and found.device is None:
        raise _bad(
            f"{metric} depends on a device, and '{clip(written, 40)}' names none",
            f"write it behind an @: '{clip(written, 40)} @ t4'",
        )
    return found


def _bad(message: str, help_: str) -> Problem:
    return Problem("bad-budget", message, help=help_)


def _example(metric: str) -> str:
    sign = ">=" if metric in AT_LEAST else "<="
    return f"write a limit such as '{sign} …' with {WORDS[METRICS[metric].unit]}"


def _ends(metric: str, text: str) -> tuple[int | None, int | None]:
    """The smallest and the largest number that a comparison or a range allows."""
    unit = METRICS[metric].unit
    for foreign, meant in FOREIGN.items():
        if text.startswith(foreign):
            help_ = f"write '{meant}{text[len(foreign) :]}'" if meant else "there are <=, <, >=, >, == and 1M..5M"
            raise _bad(f"'{foreign}' is no comparison of a limit", help_)
    sign = next((sign for sign in SIGNS if text.startswith(sign)), "")
    if ".." in text and not sign:
        return _range(text, unit)
    if not sign and metric in AT_LEAST and text:
        help_ = f"write '>= {clip(text, 20)}' for at least, '<= {clip(text, 20)}' for at most"
        raise _bad(f"{metric}: '{clip(text, 40)}' does not say whether it is the least or the most", help_)
    if not text[len(sign) :].strip():
        raise _bad(f"the limit of {metric} has no number", _example(metric))
    amount = parse_amount(text[len(sign) :], unit)
    if sign in ("==", "="):
        return _floor(amount), _equal(amount, text)
    if sign in (">=", ">"):
        return (_ceiling(amount) if sign == ">=" else _floor(amount) + 1), None
    return None, (_ceiling(amount) - 1 if sign == "<" else _floor(amount))


def _range(text: str, unit: str) -> tuple[int, int]:
    first, last = [end.strip() for end in text.split("..", 1)]
    if last.startswith("."):  # three dots, of which the last would make the number behind them a fraction
        help_ = f"write '{clip(first, 20)}..{clip(last.lstrip('. '), 20)}'"
        raise _bad(f"a range has two dots, got '{clip(text, 40)}'", help_)
    if first == "0":
        return 0, _floor(parse_amount(last, unit))
    if first[-1:].isdecimal() and last[-1:].isalpha():
        help_ = f"write '{clip(first, 20)}{last.lstrip('0123456789._, ')}..{clip(last, 20)}', or both in full"
        raise _bad(f"'{clip(text, 40)}' gives one end a unit and the other none", help_)
    return _ceiling(parse_amount(first, unit)), _floor(parse_amount(last, unit))


def _equal(amount: Amount, text: str) -> int:
    if amount[0] % amount[1]:
        raise _bad(f"'{clip(text, 40)}' is no whole number, and the figure is one", "write a range: 1M..1.1M")
    return _floor(amount)


def _floor(amount: Amount) -> int:
    return amount[0] // amount[1]


def _ceiling(amount: Amount) -> int:
    return -(-amount[0] // amount[1])


# --- what stands behind the @ --------------------------------------------------------------


def _conditions(budget: Budget, text: str) -> Budget:
    """The budget with what it is said to hold for: batch, data type, optimizer, device."""
    given: dict[str, Any] = {}
    for part in text.split(","):
        word = part.strip()
        name, equals, value = [side.strip() for side in word.partition("=")]
        if not equals:
            name, value = _named(word), word
        known = METRICS[budget.metric].conditions
        if name not in known:
            raise _unknown(budget, word, known)
        if name in given:
            raise _bad(f"'{clip(text.strip(), 40)}' gives two values for {name}", "leave one of them out")
        given[name] = _condition(name, value)
    return budget._replace(**given)


def _named(word: str) -> str:
    """What a bare word says something about."""
    if word in DTYPES:
        return "dtype"
    if word in OPTIMIZERS:
        return "optimizer"
    return "batch" if word.isdecimal() else "device"


def _unknown(budget: Budget, word: str, known: tuple[str, ...]) -> Problem:
    from cnninspect.frontends.yaml.hints import near

    metric = budget.metric
    if not word:
        return _bad("nothing stands behind the @ or a comma", f"{metric} takes {_listed(known)}")
    words = [
        *(f"{name}=" for name in known),
        *(DTYPES if "dtype" in known else ()),
        *(OPTIMIZERS if "optimizer" in known else ()),
    ]
    guess = near(word, words)
    help_ = f"did you mean '{guess}'?" if guess else f"{metric} takes {_listed(known)}"
    return _bad(f"{metric} does not depend on '{clip(word, 40)}'", help_)


def _listed(known: tuple[str, ...]) -> str:
    shown = {"batch": "batch=N", "dtype": "a data type", "optimizer": "an optimizer", "device": "a device"}
    return ", ".join([shown[name] for name in known]) or "no conditions: leave the @ out"


def _condition(name: str, value: str) -> int | str:
    from cnninspect.frontends.yaml.hints import near

    if name == "batch":
        size = int(value) if value.isascii() and value.isdecimal() and len(value) <= 10 else 0  # noqa: PLR2004
        if not 1 <= size <= LARGEST_BATCH:
            raise _bad(f"batch must be a number from 1 to {LARGEST_BATCH:,}, got '{clip(value, 40)}'", "batch=32")
        return size
    words = _words(name)
    if value in words:
        return value
    guess = near(value, words)
    help_ = f"did you mean '{guess}'?" if guess else f"known are {', '.join(words)}"
    raise _bad(f"there is no {_KINDS[name]} '{clip(value, 40)}'", help_)


_KINDS = {"dtype": "data type", "optimizer": "optimizer", "device": "shipped device"}


def _words(name: str) -> tuple[str, ...]:
    if name == "device":
        from cnninspect.frontends.devices import names

        return tuple(names())
    return DTYPES if name == "dtype" else OPTIMIZERS
