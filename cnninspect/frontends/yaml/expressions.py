"""The text of expressions: ``$out * 4``, ``layer${i + 1}``, ``$a if $x > 0 else $b``.

A text is cut into tokens, and the tokens are built into closures (`evaluation`) by
precedence climbing. Both know where every token stands, so that an error can point at
it. Python's own ``eval`` and ``ast`` are never near: no text can do more than the grammar
says, and length and nesting are bounded before anything is built.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from cnninspect.frontends.yaml import evaluation
from cnninspect.frontends.yaml.evaluation import FUNCTIONS, ExpressionError, Part, Place, Step, Unknown
from cnninspect.values import clip

if TYPE_CHECKING:
    from typing import Any, NoReturn, TypeAlias

    from cnninspect.frontends.yaml.evaluation import Run

    Token: TypeAlias = tuple[str, Any, int, int]

__all__ = [
    "Expression",
    "ExpressionError",
    "Unknown",
    "parse_expression",
    "parse_name",
    "parse_template",
    "parse_value",
]

LONGEST = 1000
DEEPEST = 50
MOST_CACHED = 1000
LONGEST_CACHED = 200
"""Together they keep the cache below some tens of megabytes, whatever a file holds."""

OR, AND, NOT, COMPARE, ADD, MULTIPLY, SIGN = range(1, 8)
"""How tightly operators bind."""
POWERS = {
    "or": OR, "and": AND,
    "==": COMPARE, "!=": COMPARE, "<": COMPARE, "<=": COMPARE, ">": COMPARE, ">=": COMPARE,
    "+": ADD, "-": ADD,
    "*": MULTIPLY, "/": MULTIPLY, "//": MULTIPLY, "%": MULTIPLY,
}  # fmt: skip
COMPUTE: dict[str, evaluation.Compute] = {
    "+": operator.add, "-": operator.sub,
    "*": operator.mul, "/": evaluation.divide, "//": operator.floordiv, "%": operator.mod,
}  # fmt: skip
TESTS: dict[str, evaluation.Test] = {
    "==": evaluation.same, "!=": evaluation.different,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
CONSTANTS = {"true": True, "false": False, "null": None}
WORDS = frozenset(("and", "or", "not", "if", "else", *CONSTANTS))
SYMBOLS = frozenset((*COMPUTE, *TESTS, "(", ")", ",", "."))
FOREIGN = {
    "**": "write a product: $x * $x",
    "&&": "write and",
    "||": "write or",
    "&": "write and",
    "|": "write or",
    "!": "write not",
    "?": "write $a if $condition else $b",
    ":": "write $a if $condition else $b",
    "=": "write == to compare",
    "[": "write $list.0",
    "]": "write $list.0",
    "{": "write $name; ${…} is for texts such as layer${i + 1}",
    "\u00d7": "write *",
    "\u00f7": "write /",
    "\u2212": "write -",
    "\u2260": "write !=",
    "\u2264": "write <=",
    "\u2265": "write >=",
}
"""What other languages write, and what is written here."""
DIGITS = frozenset("0123456789")
"""No other script's digits."""
INDEXED = frozenset(("value", "name", "field", ")", "."))
"""Tokens behind which a point is no decimal point."""


class Expression:
    """A parsed expression; ``evaluate(env)`` gives its value."""

    __slots__ = ("_names", "evaluate", "text")

    def __init__(self, text: str, run: Run, names: frozenset[str]) -> None:
        self.text = text
        self.evaluate = run
        """The value in an environment: any object with ``lookup(name)`` and ``names()``."""
        self._names = names

    def names(self) -> frozenset[str]:
        """The names whose values it uses."""
        return self._names

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


# --- entrances -----------------------------------------------------------------------

_expressions: dict[str, Expression] = {}
_templates: dict[str, Expression] = {}


def parse_expression(text: str, base: int = 0) -> Expression:
    """A whole expression; ``base`` is added to the positions of its errors."""
    known = None if base else _expressions.get(text)
    if known is not None:
        return known
    names: set[str] = set()
    part = parse(text, base, names)
    expression = Expression(text, part.run, frozenset(names))
    return expression if base else remember(_expressions, expression)


def parse_template(text: str) -> Expression:
    """A text with values in it: ``layer$i``, ``denselayer${i + 1}``, ``$$`` for a dollar.

    Its value is a text, unless it is one ``${…}`` and nothing else: then it is that value.
    """
    known = _templates.get(text)
    if known is not None:
        return known
    names: set[str] = set()
    check_length(text, 0)
    pieces = cut(text, names)
    only = pieces[0] if len(pieces) == 1 and text.startswith("${") else ""
    run = only.run if isinstance(only, Part) else evaluation.text(pieces, Place(0, len(text)))
    return remember(_templates, Expression(text, run, frozenset(names)))


def parse_name(text: str) -> Expression:
    """The name of a layer or tensor: always a text with values in it."""
    return parse_template(text)


def parse_value(text: str) -> Expression | None:
    """What the text of a scalar computes; None where it is no expression."""
    if "$" not in text:
        return None
    return parse_template(text) if "${" in text or "$$" in text else parse_expression(text)


def remember(cache: dict[str, Expression], expression: Expression) -> Expression:
    """Keep an expression for the next time: a block is expanded again and again."""
    if len(expression.text) <= LONGEST_CACHED:
        if len(cache) >= MOST_CACHED:
            cache.clear()
        cache[expression.text] = expression
    return expression


def check_length(text: str, base: int) -> None:
    """Refuse a text that nobody wrote by hand."""
    if len(text) > LONGEST:
        message = f"the expression has {len(text)} characters, at most {LONGEST:,} are allowed"
        raise ExpressionError("expression-limit", message, base + LONGEST, base + len(text))


def unreadable(message: str, start: int, end: int, help: str = "") -> ExpressionError:
    """The error that a text does not follow the grammar."""
    return ExpressionError("expression-syntax", message, start, end, help=help)


# --- templates -----------------------------------------------------------------------


def cut(text: str, names: set[str]) -> list[str | Part]:
    """The literal pieces and the values of a template."""
    pieces: list[str | Part] = []
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        if dollar > at:
            pieces.append(text[at:dollar])
        follows = text[dollar + 1 : dollar + 2]
        if follows == "$":
            pieces.append("$")
            at = dollar + 2
        elif follows == "{":
            at = closing(text, dollar)
            inside = text[dollar + 2 : at - 1]
            if not inside.strip():
                raise unreadable("an expression is missing between { and }", dollar, at)
            pieces.append(Part(parse(inside, dollar + 2, names).run, dollar, at))
        else:
            at = end_of_name(text, dollar + 1)
            if at == dollar + 1:
                hint = "write $name or ${expression}, and $$ for a dollar"
                raise unreadable("a '$' stands alone", dollar, at, hint)
            pieces.append(named(text[dollar + 1 : at], dollar, at, names, dollar=True))
    if at < len(text):
        pieces.append(text[at:])
    return pieces


def closing(text: str, dollar: int) -> int:
    """Where ``${`` ends: behind its brace, those in quotes being text."""
    at = dollar + 2
    while at < len(text):
        if text[at] == "}":
            return at + 1
        at = end_of_quote(text, at) if text[at] in "'\"" else at + 1
    raise unreadable("'${' is never closed", dollar, dollar + 2, "write a } behind the expression")


# --- tokens --------------------------------------------------------------------------


def tokens(text: str, base: int) -> list[Token]:
    """The text as (kind, value, start, end): values, names, and words and symbols as their own kind."""
    found: list[Token] = []
    at, size, before = 0, len(text), ""
    while at < size:
        start, char = at, text[at]
        if char.isspace():
            at += 1
            continue
        value: object = None
        if char in DIGITS or (char == "." and before not in INDEXED and text[at + 1 : at + 2] in DIGITS):
            at = end_of_number(text, at, index=before == ".")
            before, value = "value", number(text[start:at], base + start, base + at)
        elif char in "'\"":
            at = end_of_quote(text, at, base)
            before, value = "value", text[start + 1 : at - 1]
            evaluation.short_enough(value, Place(base + start, base + at))
        elif char in "$_" or char.isalpha():
            at = end_of_name(text, at + (char == "$"))
            before, value = word(text[start:at], before, base + start)
        else:
            at, before = symbol(text, at, base)
        found.append((before, value, base + start, base + at))
    found.append(("end", None, base + size, base + size))
    return found


def end_of_name(text: str, at: int) -> int:
    """Where the name that starts here ends; here, where none starts."""
    size = len(text)
    if at < size and text[at] in DIGITS:
        return at
    while at < size and (text[at].isalnum() or text[at] == "_"):
        at += 1
    return at


def end_of_quote(text: str, at: int, base: int = 0) -> int:
    """Where the quoted text that starts here ends."""
    end = text.find(text[at], at + 1)
    if end < 0:
        raise unreadable(f"the quote {text[at]} is never closed", base + at, base + len(text))
    return end + 1


def end_of_number(text: str, at: int, *, index: bool) -> int:
    """Where the number that starts here ends, together with what clings to it by mistake."""
    size = len(text)
    while at < size:
        char = text[at]
        exponent = char in "+-" and text[at - 1] in "eE" and text[at + 1 : at + 2] in DIGITS
        if not (char.isalnum() or char == "_" or (not index and (char == "." or exponent))):
            break
        at += 1
    return at


def number(written: str, start: int, end: int) -> float:
    """The value of a number; decimal also with zeros in front."""
    value: float | None = None
    if written.isascii() and written.isdigit():
        value = int(written)
    elif not written.strip("0123456789.eE+-"):
        try:
            value = float(written)
        except ValueError:
            value = None
    if value is None:
        hint = "numbers are written 64, 0.5 or 1e-3, and products with a *: 2 * $x"
        raise unreadable(f"'{clip(written)}' is not a number", start, end, hint)
    return value if value < evaluation.LIMIT else evaluation.bounded(value, Place(start, end))


def word(written: str, before: str, start: int) -> tuple[str, object]:
    """The kind and value of a name, a word or what follows a point."""
    if written[0] == "$":
        if len(written) == 1:
            raise unreadable("a '$' stands alone", start, start + 1, "write the name right behind it: $width")
        return "name", written
    if before == ".":
        return "field", written
    return (written, None) if written in WORDS else ("name", written)


def symbol(text: str, at: int, base: int) -> tuple[int, str]:
    """The end and the kind of an operator or a mark."""
    for size in (2, 1):
        mark = text[at : at + size]
        if mark in SYMBOLS:
            return at + len(mark), mark
        if mark in FOREIGN:
            break
    message = f"'{clip(mark)}' does not belong in an expression"
    raise unreadable(message, base + at, base + at + len(mark), FOREIGN.get(mark, ""))


# --- grammar -------------------------------------------------------------------------


def parse(text: str, base: int, names: set[str]) -> Part:
    """A whole expression as one part; the names that it uses are added to ``names``."""
    check_length(text, base)
    if not text or text.isspace():
        raise unreadable("an expression is missing", base, base + len(text))
    parser = Parser(tokens(text, base), names)
    part = parser.expression()
    if parser.kind != "end":
        raise parser.surplus()
    return part


def named(written: str, start: int, end: int, names: set[str], *, dollar: bool) -> Part:
    """The value of a name."""
    names.add(written)
    return Part(evaluation.name(written, Place(start, end), dollar=dollar), start, end)


def constant(value: object) -> Run:
    """A value that is written out."""
    return lambda _: value


class Parser:
    """Tokens on their way to closures; ``kind`` is always the next token's."""

    __slots__ = ("at", "depth", "kind", "names", "tokens")

    def __init__(self, tokens: list[Token], names: set[str]) -> None:
        self.tokens = tokens
        self.names = names
        self.at = 0
        self.depth = 0
        self.kind = tokens[0][0]

    def take(self) -> Token:
        """The next token, which is then behind."""
        token = self.tokens[self.at]
        self.at += 1
        self.kind = self.tokens[self.at][0]
        return token

    def expression(self) -> Part:
        """A value, or ``a if c else b``, also in a row."""
        value = self.operand(OR)
        if self.kind != "if":
            return value
        start = value.start
        cases: list[tuple[Run, Run]] = []
        while self.kind == "if":
            _, _, at, end = self.take()
            condition = self.operand(OR)
            if self.kind != "else":
                raise unreadable("an 'if' has no 'else'", at, end, "write $a if $condition else $b")
            self.take()
            cases.append((value.run, condition.run))
            value = self.operand(OR)
        return Part(evaluation.choice(cases, value.run), start, value.end)

    def operand(self, power: int) -> Part:
        """Everything that binds at least as tightly as ``power``."""
        if self.depth > DEEPEST:
            _, _, start, end = self.tokens[self.at]
            message = f"the expression is nested more than {DEEPEST} levels deep"
            raise ExpressionError("expression-limit", message, start, end, help="give the inner part a name with let:")
        self.depth += 1
        left = self.prefix(power)
        while (binds := POWERS.get(self.kind, 0)) >= power:
            left = self.chain(left, binds)
        self.depth -= 1
        return left

    def chain(self, first: Part, power: int) -> Part:
        """``first`` and all that follows it by operators of one precedence: long chains need no depth."""
        steps: list[Step] = []
        left: Place = first
        while POWERS.get(self.kind) == power:
            mark, _, start, end = self.take()
            right = self.operand(power + 1)
            steps.append(Step(mark, start, end, left, right))
            left = Place(first.start, right.end)
        if power == COMPARE:
            run = evaluation.comparison(first, [(step, TESTS[step.symbol]) for step in steps])
        elif power <= AND:
            join = evaluation.either if power == OR else evaluation.both
            run = join([first.run, *(step.right.run for step in steps)])
        else:
            run = evaluation.arithmetic(first, [(step, COMPUTE[step.symbol]) for step in steps])
        return Part(run, first.start, left.end)

    def prefix(self, power: int) -> Part:
        """A single value with what stands before and behind it."""
        kind, value, start, end = self.take() if self.kind != "end" else self.missing()
        if kind == "value":
            part = Part(constant(value), start, end)
        elif kind == "name":
            part = self.name(value, start, end)
        elif kind in CONSTANTS:
            part = Part(constant(CONSTANTS[kind]), start, end)
        elif kind == "(":
            part = self.parenthesis(start)
        elif kind in ("-", "+"):
            operand = self.operand(SIGN)
            return Part(evaluation.negated(operand, -1 if kind == "-" else 1), start, operand.end)
        elif kind == "not":
            return self.negation(start, end, power)
        else:
            raise unreadable(f"a value is missing before '{kind}'", start, end)
        return self.path(part) if self.kind == "." else part

    def missing(self) -> NoReturn:
        """The text ends where a value is expected."""
        mark, _, start, end = self.tokens[self.at - 1]
        raise unreadable(f"a value is missing after '{mark}'", start, end)

    def negation(self, start: int, end: int, power: int) -> Part:
        """``not`` binds more loosely than comparisons and arithmetic."""
        if power > NOT:
            raise unreadable("'not' cannot stand behind an operator", start, end, "put it in parentheses: (not $x)")
        operand = self.operand(NOT)
        run = operand.run
        return Part(lambda env: not run(env), start, operand.end)

    def name(self, written: str, start: int, end: int) -> Part:
        """A name with or without a dollar, or the call of a function."""
        if self.kind == "(":
            return self.call(written, start, end)
        bare = written.removeprefix("$")
        return named(bare, start, end, self.names, dollar=bare != written)

    def parenthesis(self, start: int) -> Part:
        """What stands in parentheses, the first of which is behind."""
        inner = self.expression()
        return Part(inner.run, start, self.close(start))

    def close(self, start: int) -> int:
        """Where the parenthesis ends that starts at ``start``."""
        if self.kind == "end":
            raise unreadable("this '(' is never closed", start, start + 1)
        if self.kind != ")":
            raise self.surplus()
        return self.take()[3]

    def call(self, written: str, start: int, end: int) -> Part:
        """A function on what stands in the parentheses behind it."""
        if written not in FUNCTIONS:
            meant = evaluation.near(written.removeprefix("$"), [*FUNCTIONS])
            hint = f"did you mean {meant}(…)?" if meant else f"the functions are {', '.join(FUNCTIONS)}"
            raise unreadable(f"'{clip(written)}' is not a function", start, end, hint)
        _, _, opened, _ = self.take()
        arguments = [] if self.kind == ")" else [self.expression()]
        while self.kind == ",":
            self.take()
            arguments.append(self.expression())
        end = self.close(opened)
        fewest, most, _ = FUNCTIONS[written]
        if not fewest <= len(arguments) <= most:
            takes = {1: "one value", 2: "one or two values"}.get(most, "two or more values, or one list")
            raise unreadable(f"{written} takes {takes}, got {len(arguments) or 'none'}", start, end)
        return Part(evaluation.call(written, arguments), start, end)

    def path(self, root: Part) -> Part:
        """The indexes and names behind a value: ``.0``, ``.channels``, ``.$i``, ``.(i + 1)``."""
        keys: list[Part] = []
        while self.kind == ".":
            _, _, point, after = self.take()
            if self.kind not in ("value", "field", "name", "("):
                hint = "write $list.0 or $prev.channels"
                raise unreadable("a '.' needs an index or a name behind it", point, after, hint)
            kind, value, start, end = self.take()
            if kind == "(":
                keys.append(self.parenthesis(start))
            elif kind == "name":
                keys.append(named(value[1:], start, end, self.names, dollar=True))
            else:
                keys.append(Part(constant(value), start, end))
        return Part(evaluation.path(root, keys), root.start, keys[-1].end)

    def surplus(self) -> ExpressionError:
        """The error that an expression has ended before this token."""
        kind, value, start, end = self.tokens[self.at]
        if kind == ")":
            return unreadable("this ')' closes nothing", start, end)
        if kind == ",":
            return unreadable("a ',' stands only between the values of a function", start, end)
        if kind == "else":
            return unreadable("this 'else' has no 'if'", start, end, "write $a if $condition else $b")
        shown = f"'{clip(value if isinstance(value, str) else kind if value is None else str(value))}'"
        meant = value.lower() if kind == "name" else ""
        hint = f"write {meant}" if meant in WORDS else ""
        return unreadable(f"an operator is missing before {shown}", start, end, hint)
