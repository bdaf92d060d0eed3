"""The forward of a class, as text: short steps stand within each other, a new line begins at what has weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.backends.python.expressions import Expressions, Pending
from cnninspect.backends.python.heads import aside, collected
from cnninspect.backends.python.layout import Doc, Group, flat, identifier, lines, quoted
from cnninspect.backends.python.model import Leaf, Step, Var
from cnninspect.backends.python.spelling import NAMES, plain
from cnninspect.module_names import MODULE_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.backends.python.constructors import Constructor

SHORT = ("y", "z", "u", "v", "w")
LONGEST = 66
DEEPEST = 4


class Forward(Expressions):
    """Writes one forward."""

    def __init__(self, constructor: Constructor, brought: set[str]) -> None:
        super().__init__(constructor)
        self.lines: list[str] = []
        self.indent = 8
        self.pending: list[Pending] = []
        self.uses: dict[Var, int] = {}
        self.last: dict[Var, int] = {}
        self.made = {var: number for number, step in enumerate(self.program.steps) for var in step.outputs}
        self.reserved = NAMES | brought
        self.taken = {*self.reserved, *MODULE_NAMES, *(param.name for param in self.kind.params)}
        self.live: dict[str, Var] = {}
        self.collected = collected(self.program)
        self.aside = aside(self.program, self.collected)
        self.heads = "heads"
        self.others = "others"
        """The dicts in which they wait."""

    def signature(self) -> list[str]:
        """The names of the inputs."""
        wanted = self.program.names or (
            "x",
            "skip",
            *[f"skip{number}" for number in range(2, len(self.program.inputs))],
        )
        found: list[str] = []
        for name, var in zip(wanted, self.program.inputs, strict=False):
            name = "x" if len(self.program.inputs) == 1 else name  # noqa: PLW2901
            given = identifier(name, {*found, *self.reserved})
            found.append(given)
            self.names[var] = given
            self.live[given] = var
        self.heads = identifier(self.heads, {*found, *self.taken})
        self.others = identifier(self.others, {*found, *self.taken})
        self.taken |= {self.heads, self.others}
        return found

    def returns(self) -> str:
        """What the forward gives."""
        program = self.program
        if not program.heads:
            outputs = len(program.outputs)
            return "Tensor" if outputs == 1 else f"tuple[{', '.join(['Tensor'] * outputs)}]"
        calm = [head for head in program.heads if not head[2]]
        if len(program.heads) == 1:
            return "Tensor"
        return "Tensor | dict[str, Tensor]" if len(calm) == 1 else "dict[str, Tensor]"

    def body(self) -> list[str]:
        """The lines after the signature."""
        self._count()
        if self.program.loop:
            self.indent = 12
            self.lines.append("        for layer in self.children():")
        if self.aside:
            self.lines.append(f"        {self.others}: dict[str, Tensor] = {{}}")
        steps = self.program.steps
        guarded = False
        for number, step in enumerate(steps):
            if step.training != guarded:
                self.flush()
                guarded = step.training
                self.indent = 12 if guarded else 8
                if guarded:
                    self.begin(number)
            if number in self.kind.optional and (step.module is None or len(step.inputs) != 1):
                self.optional(number, step)
            else:
                self.step(number, step)
        if guarded:
            self.flush()
            self.indent = 8
        self.end(guarded=guarded)
        return self.lines

    def begin(self, number: int) -> None:
        """Begin what is done in training only, with the dict of heads before the first that waits in it."""
        first = min([self.made[var] for var in self.collected], default=-1)
        before = self.program.steps[number:first]
        if number <= first and all(step.training for step in before):
            self.lines.append(f"        {self.heads}: dict[str, Tensor] = {{}}")
        self.lines.append("        if self.training:")

    def _count(self) -> None:
        program = self.program
        for number, step in enumerate(program.steps):
            for var in step.inputs:
                self.uses[var] = self.uses.get(var, 0) + 1
                self.last[var] = number
            if number in self.kind.optional:
                var = self.kind.optional[number][1]
                self.uses[var] = self.uses.get(var, 0) + (step.module is None)
                self.last[var] = number
        for var in (
            [*program.outputs, *[head[1] for head in program.heads]]
            if not program.heads
            else [head[1] for head in program.heads]
        ):
            self.uses[var] = self.uses.get(var, 0) + 1
            self.last[var] = len(program.steps)

    # --- steps ---------------------------------------------------------------------------

    def step(self, number: int, step: Step) -> None:
        """Add one step to what is pending, writing what cannot wait."""
        count = self.embeddable(step, heavy=self.heavy(step))
        taken = self.pending[len(self.pending) - count :]
        doc, operator = self.expression(number, step, taken) if count else ("", "")
        depth = 1 + max([one.depth for one in taken], default=0)
        if count and not step.listed and (len(flat(doc)) > LONGEST or depth > DEEPEST):
            count = 0
        if count == 0:
            taken, depth = [], 1
            if {one.var for one in self.pending} & set(step.inputs):
                self.flush()
            doc, operator = self.expression(number, step, taken)
        self.pending = self.pending[: len(self.pending) - count]
        if len(step.outputs) == 1 and not step.several:
            path = "" if taken else step.module or ""
            self.pending.append(Pending(step.outputs[0], doc, depth, operator, path))
            return
        self.flush()
        targets = [self.name(var, number, "") if var in self.last else "_" for var in step.outputs]
        if {*targets} == {"_"}:
            self.lines += lines(doc, self.indent)
            return
        listed = ", ".join(targets) if len(targets) > 1 else f"({targets[0]},)"
        self.lines += lines(doc, self.indent, f"{listed} = ")

    def heavy(self, step: Step) -> bool:
        """Whether a step begins a line: it learns more than a factor for each channel."""
        if step.module is None:
            return False
        module = dict(self.program.attributes).get(step.module)
        if isinstance(module, Leaf):
            args = dict(module.arguments)
            return bool(args) and ("out_channels" in args or "out_features" in args)
        return True

    def embeddable(self, step: Step, *, heavy: bool) -> int:
        """How many of the last pending expressions may stand within this step."""
        waiting = [one.var for one in self.pending]
        asked = [var for var in step.inputs if var in waiting]
        if not asked or asked != waiting[len(waiting) - len(asked) :]:
            return 0
        if any(self.uses.get(var, 0) != 1 for var in asked):
            return 0
        return 0 if heavy else len(asked)

    def optional(self, number: int, step: Step) -> None:
        """A step that some instances have not."""
        bypass = self.kind.optional[number][1]
        flag = f"self.{self.constructor.flag(number)}"
        self.flush()
        doc, _ = self.expression(number, step, [])
        out = step.outputs[0]
        if number == len(self.program.steps) - 1 and not self.program.heads and isinstance(doc, str):
            self.pending.append(Pending(out, f"{doc} if {flag} else {self.read(bypass)}", 9, "if", ""))
            return
        old = self.read(bypass)
        if self.last[bypass] > number:
            name = self.name(out, number, "")
            self.lines.append(f"{' ' * self.indent}{name} = {old}")
        else:
            name = self.names[out] = old
            self.live[name] = out
        self.lines.append(f"{' ' * self.indent}if {flag}:")
        self.lines += lines(doc, self.indent + 4, f"{name} = ")

    # --- variables -----------------------------------------------------------------------

    def flush(self) -> None:
        """Write all that is pending."""
        for one in self.pending:
            at = self.made[one.var]
            if one.var not in self.last:
                self.lines += lines(one.doc, self.indent)
                continue
            name = self.name(one.var, at, one.path)
            self.lines += lines(one.doc, self.indent, f"{name} = ")
        self.pending = []

    def name(self, var: Var, number: int, path: str) -> str:
        """A variable for a tensor: that of its input where nothing else reads it, otherwise a new one."""
        if var in self.collected:
            self.names[var] = f"{self.heads}[{quoted(self.collected[var])}]"
            return self.names[var]
        if var in self.aside:
            self.names[var] = f"{self.others}[{quoted(self.aside[var])}]"
            return self.names[var]
        free = [name for name, held in self.live.items() if self.last.get(held, -1) <= number]
        mine = [name for name in free if self.live[name] in self._read_by(var)]
        if mine:
            name = mine[0]
        else:
            known = [one for one in ("x", *SHORT) if one in free or one not in self.live]
            last = path.rpartition(".")[2]
            called = last if plain(last) and last not in self.live and len(self.uses) > 0 else ""
            name = (
                called
                if called and called not in self.taken and self._branched(var)
                else next(iter(known), identifier(f"t{len(self.live)}", self.live))
            )
        self.live[name] = var
        self.names[var] = name
        return name

    def _branched(self, var: Var) -> bool:
        """Whether a tensor waits for others."""
        return any(
            len(step.inputs) > 2 and var in step.inputs  # noqa: PLR2004 - more than a sum
            for step in self.program.steps
        ) or any(var == head[1] for head in self.program.heads)

    def _read_by(self, var: Var) -> set[Var]:
        """What the expression of a tensor reads, as far as it is written within it."""
        found: set[Var] = set()
        waiting = [var]
        while waiting:
            for inner in self.program.steps[self.made[waiting.pop()]].inputs:
                if inner in self.names:
                    found.add(inner)
                else:
                    waiting.append(inner)
        return found

    # --- the end -------------------------------------------------------------------------

    def end(self, *, guarded: bool) -> None:
        """What is returned; ``guarded`` where the last steps are for training."""
        program = self.program
        if program.loop:
            *above, last = self.pending
            self.pending = above
            self.flush()
            self.lines += [*lines(last.doc, 12, "x = "), "        return x"]
            return
        if not program.heads:
            if len(program.outputs) == 1 and self.pending and self.pending[-1].var == program.outputs[0]:
                *above, last = self.pending
                self.pending = above
                self.flush()
                self.lines += lines(last.doc, 8, "return ")
                return
            self.flush()
            self.lines.append(f"        return {', '.join([self.names[var] for var in program.outputs])}")
            return
        calm = [head for head in program.heads if not head[2]]
        if len(program.heads) == 1 and self.pending and self.pending[-1].var == calm[0][1]:
            last = self.pending.pop()
            self.flush()
            self.lines += lines(last.doc, 8, "return ")
            return
        self.flush()
        if len(calm) != len(program.heads):
            self.lines += [] if guarded else ["        if self.training:"]
            self.lines += lines(self._heads(program.heads), 12, "return ")
        self.lines += lines(self._heads(calm), 8, "return ")

    def _heads(self, heads: Sequence[tuple[str, Var, bool]]) -> Doc:
        if len(heads) == 1:
            return self.names[heads[0][1]]
        items = [f"{quoted(name)}: {self.names[var]}" for name, var, _ in heads]
        made = [var for step in self.program.steps for var in step.outputs if var in self.collected]
        waiting = [f"{quoted(self.collected[var])}: {self.names[var]}" for var in made]
        at = items.index(waiting[0]) if waiting and waiting[0] in items else 0
        if waiting and items[at : at + len(waiting)] == waiting:
            items[at : at + len(waiting)] = [f"**{self.heads}"]
        return Group("{", tuple(items), "}")
