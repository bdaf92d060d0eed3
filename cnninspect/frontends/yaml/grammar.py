"""The grammar of expressions: tokens built into closures by precedence climbing."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from cnninspect.frontends.yaml import evaluation, lookups
from cnninspect.frontends.yaml.evaluation import ExpressionError, Part, Place, Step
from cnninspect.frontends.yaml.tokens import CONSTANTS, WORDS, pieces, tokens, unreadable
from cnninspect.values import clip

if TYPE_CHECKING:
    from typing import NoReturn

    from cnninspect.frontends.yaml.evaluation import Run
    from cnninspect.frontends.yaml.tokens import Token

LONGEST = 1000
DEEPEST = 50
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


def check_length(text: str, base: int) -> None:
    """Refuse a text that nobody wrote by hand."""
    if len(text) > LONGEST:
        message = f"the expression has {len(text)} characters, at most {LONGEST:,} are allowed"
        raise ExpressionError("expression-limit", message, base + LONGEST, base + len(text))


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


def template(text: str, names: set[str]) -> Run:
    """What a template computes; the names that it uses are added to ``names``."""
    check_length(text, 0)
    found: list[str | Part] = []
    for kind, value, start, end in pieces(text):
        if kind == "text":
            found.append(value)
        elif kind == "name":
            found.append(named(value, start, end, names, dollar=True))
        else:
            found.append(Part(parse(value, start + 2, names).run, start, end))
    only = found[0] if len(found) == 1 and text.startswith("${") else ""
    return only.run if isinstance(only, Part) else evaluation.text(found, Place(0, len(text)))


def named(written: str, start: int, end: int, names: set[str], *, dollar: bool) -> Part:
    """The value of a name."""
    names.add(written)
    return Part(lookups.name(written, Place(start, end), dollar=dollar), start, end)


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
        from cnninspect.frontends.yaml.functions import FUNCTIONS, call

        if written not in FUNCTIONS:
            meant = lookups.near(written.removeprefix("$"), [*FUNCTIONS])
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
        return Part(call(written, arguments), start, end)

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
        return Part(lookups.path(root, keys), root.start, keys[-1].end)

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
