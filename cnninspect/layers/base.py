"""What a layer is: a class that declares its options and states its facts.

Defining a class with a ``name`` registers it. Families (no ``name``) carry what siblings
share and are never built. Nothing outside a layer's class asks what class it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnninspect.options import Bool, Option, Same
from cnninspect.reads import EVERY, pointwise, windowed
from cnninspect.values import Call, Facts, Problem, Problems, Shape, Window, product, show_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.reads import Reads
    from cnninspect.workings import Working

REGISTRY: dict[str, type[Layer]] = {}
"""Every layer type by its name in a model file."""

NO_WEIGHTS: Mapping[str, Shape] = {}

ROLES = ("weights", "activation", "norm", "noise", "pool", "merge", "view", "resize", "")
"""What layers are for: to multiply by learned weights and add up, to bend single values, to even them out, to disturb
training, to sum a map up, to join tensors, to lay the same values out anew, to make a map larger or smaller by a rule."""


class Layer:
    """One operation with its options; it answers every question about itself."""

    name: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Spellings of torch and Keras, known for the hint only."""
    schema_options: ClassVar[dict[str, Option[Any]]] = {}
    """All options, in the order in which they are declared; the first takes a bare value."""
    ranks: ClassVar[tuple[int, ...]] = (0, 1, 2, 3)
    """The numbers of spatial axes that it accepts; a vector has none."""
    given: dict[str, object]
    """The options as they were written, in their order."""

    role: ClassVar[str] = ""
    """What it is for, as one of the words of ``ROLES``; the empty one says nothing."""
    linear: ClassVar[bool] = False
    """Whether each output is a weighted sum of inputs plus a constant, stored statistics taken as they are: two such
    layers in a row could be one."""

    gives: ClassVar[str] = "scores"
    """What its output means as the last of a network: ``scores``, ``shares`` of 1, ``log_shares``, or ``distances``."""
    positive: ClassVar[bool] = False
    """Whether nothing that it makes is ever negative."""
    sums: ClassVar[bool] = False
    """Whether it adds its inputs up, element by element."""
    commutes: ClassVar[bool] = False
    """Whether it makes the same of its inputs in any order."""
    noise: ClassVar[str] = ""
    """What one random number is drawn for in training: an element, a channel or a sample; nothing of the empty one."""
    disturbs: bool = False
    """Whether it makes the variance of single values larger in training than it is at inference."""
    silences: bool = False
    """Whether nothing that it is given gets through it in training."""

    multiplies: int = 1
    """How many times it and every layer after it run for each sample."""

    keeps: ClassVar[str] = ""
    """What torch holds of it, as one of the words of ``holds.WORDS``; nothing is known of the empty one."""

    def __init_subclass__(
        cls, *, name: str = "", aliases: tuple[str, ...] = (), keeps: str | None = None, **rest: object
    ) -> None:
        super().__init_subclass__(**rest)
        if keeps is not None:
            cls.keeps = keeps
        own = {key: value for key, value in cls.__dict__.items() if isinstance(value, Option)}
        options = {**own, **cls.schema_options, **own}  # what a class declares comes before what its family has
        cls.schema_options = options
        cls.name = name
        if name:
            cls.aliases = aliases
            if name in REGISTRY and REGISTRY[name] is not cls:
                message = f"two layers are called '{name}': {REGISTRY[name].__module__} and {cls.__module__}"
                raise TypeError(message)
            REGISTRY[name] = cls

    def __init__(self, given: dict[str, object], rank: int) -> None:
        self.given = given
        values = self.__dict__
        if rank not in self.ranks:
            rank = -1  # facts() refuses the rank itself: an option's length is beside the point then
        problems: list[Problem] = []
        missing: list[Option[Any]] = []
        later: list[tuple[str, Same]] = []
        for key, option in self.schema_options.items():
            if key in given:
                try:
                    values[key] = option.parse(given[key], rank)
                except Problem as problem:
                    problems.append(problem)
                continue
            default = option.default
            if option.required:
                missing.append(option)
            elif isinstance(default, Same):
                later.append((key, default))
            else:
                values[key] = None if default is None else option.parse(default, rank)
        if missing:
            problems.append(self._missing(missing))
        if problems:
            raise Problems(problems)
        for key, default in later:
            values[key] = values[default.option]

    def _missing(self, options: list[Option[Any]]) -> Problem:
        wanted = " and ".join(f"'{option.name}': {option.help}" for option in options)
        written = ", ".join(f"{option.name}: …" for option in options)
        return Problem("missing-option", f"{self.name} needs {wanted}", help=f"write {self.name}: {{{written}}}")

    # --- facts -------------------------------------------------------------------------

    def facts(self, inputs: Sequence[Shape]) -> Facts:
        """Everything this layer states about itself on these inputs; raises Problems."""
        raise NotImplementedError

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:  # noqa: ARG002
        """How its figures come about, this input's numbers put in; what is left out is stated without a reason."""
        from cnninspect.workings import Working

        return Working()

    def call(self, inputs: Sequence[Shape]) -> Call:
        """How torch spells this layer on these inputs."""
        raise NotImplementedError

    def holds(self, inputs: Sequence[Shape]) -> Holds | None:  # noqa: ARG002
        """What torch keeps for backward and needs while it runs; None where that is unknown."""
        from cnninspect.holds import WORDS  # only memory asks

        return WORDS[self.keeps]

    def shared_among(self, x: Shape) -> int | None:  # noqa: ARG002
        """Among how many elements of this input it shares out one unit; None where it does no such thing."""
        return None

    def mixes(self, x: Shape) -> int | None:  # noqa: ARG002
        """The one axis of this input whose elements it weighs up against each other; None where it is not one alone."""
        return 0 if self.role == "weights" else None

    def centres(self) -> bool:
        """Whether it takes from each channel its mean while the network learns, and whatever constant was added before."""
        return False

    def carries(self, x: Shape) -> bool:  # noqa: ARG002
        """Whether a constant that is added to a channel comes out as the same constant of the same channel, all else equal."""
        return False

    def normalised(self, x: Shape) -> int | None:  # noqa: ARG002
        """Of how many values of one sample it takes the mean away; None where it takes none, or that of a batch."""
        return None

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:  # noqa: ARG002
        """Which positions and channels of its inputs each output reads, one `Reads` a path; None where unknown."""
        return None

    @classmethod
    def check_arity(cls, count: int) -> None:
        """Raise the Problem that ``count`` inputs are too many or too few."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.settings() == other.settings()

    def __hash__(self) -> int:
        return hash(self.name)

    def settings(self) -> dict[str, object]:
        """Every option with its value, defaults filled in."""
        values = self.__dict__
        return {key: values[key] for key in self.schema_options}

    def __repr__(self) -> str:
        inside = ", ".join(f"{key}={value!r}" for key, value in self.given.items())
        return f"{self.name}({inside})"


class Single(Layer):
    """A layer with one input and one output."""

    torch: ClassVar[str] = ""
    """Torch's spelling, ``torch.nn:Conv{rank}d``; ``{rank}`` is the number of spatial axes."""

    def facts(self, inputs: Sequence[Shape]) -> Facts:
        (x,) = inputs
        if len(x) - 1 not in self.ranks:
            raise Problems([self.wrong_rank(x)])
        problems = [*self.check(x)]
        if problems:
            raise Problems(problems)
        y = self.shape(x)
        return Facts((y,), self.weights(x), self.buffers(x), self.macs(x, y), self.operations(x, y), self.window(x))

    def wrong_rank(self, x: Shape) -> Problem:
        """The problem that the input has too few or too many axes."""
        words = {0: "a vector (features,)", 1: "(channels, length)", 2: "(channels, height, width)"}
        words[3] = "(channels, depth, height, width)"
        wanted = " or ".join(words[rank] for rank in self.ranks)
        return Problem(
            "wrong-rank",
            f"{self.name} works on {wanted}, and its input is {show_shape(x)}",
            help="a map lost its axes above: keep them there, or reshape it" if len(x) == 1 else "",
        )

    def check(self, x: Shape) -> Iterator[Problem]:  # noqa: ARG002
        """Every reason why this input is refused."""
        return iter(())

    def shape(self, x: Shape) -> Shape:
        """The output's shape; may raise a Problem where only the size shows it."""
        return x

    def weights(self, x: Shape) -> Mapping[str, Shape]:  # noqa: ARG002
        """Learned tensors by their ``state_dict`` name, in torch's order."""
        return NO_WEIGHTS

    def buffers(self, x: Shape) -> Mapping[str, Shape]:  # noqa: ARG002
        """Stored tensors that gradients do not change."""
        return NO_WEIGHTS

    def macs(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        """Multiply-accumulates of one sample."""
        return 0

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        """Elementary operations of one sample besides the multiply-accumulates."""
        return 0

    def window(self, x: Shape) -> Window | None:  # noqa: ARG002
        """The window that slides over this input."""
        return None

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        window = self.window(inputs[0])
        return None if window is None else windowed(window, EVERY)

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        return Call(self.torch.format(rank=len(x) - 1), self.arguments(x))

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        """The keyword arguments of torch's spelling."""
        return {}

    @classmethod
    def check_arity(cls, count: int) -> None:
        if count != 1:
            raise Problem(
                "wrong-arity", f"{cls.name} takes one input, got {count}", help="merge them first: add, mul or concat"
            )


class Weighted(Single):
    """A layer that learns."""

    trainable = Bool(True, help="false freezes the weights: counted as parameters, not as trainable")


class Pointwise(Single):
    """One elementary operation for each element, whatever the shape."""

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return (pointwise(len(inputs[0]) - 1),)

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(y)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:  # noqa: ARG002
        from cnninspect.workings import Working, times

        each, rule = facts.operations // product(facts.outputs[0]), "one for each element of the output"
        if each > 1:
            rule = f"{each} for each element of the output"
        return Working(operations=times(each, facts.outputs[0], rule=rule))


class Merge(Layer):
    """A layer that joins two or more tensors into one."""

    role = "merge"
    fewest: ClassVar[int] = 2
    most: ClassVar[int | None] = None
    torch: ClassVar[str] = ""

    def facts(self, inputs: Sequence[Shape]) -> Facts:
        y = self.join(inputs)
        return Facts((y,), NO_WEIGHTS, NO_WEIGHTS, self.macs(inputs, y), self.operations(inputs, y), None)

    def join(self, inputs: Sequence[Shape]) -> Shape:
        """The output's shape; raises a Problem where the inputs disagree."""
        raise NotImplementedError

    def macs(self, inputs: Sequence[Shape], y: Shape) -> int:  # noqa: ARG002
        """Multiply-accumulates of one sample."""
        return 0

    def operations(self, inputs: Sequence[Shape], y: Shape) -> int:
        """Elementary operations of one sample besides the multiply-accumulates."""
        return (len(inputs) - 1) * product(y)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Figure, Working, times

        rule = f"{len(inputs)} inputs: one less for each element of the output"
        return Working(operations=times(Figure(f"({len(inputs)} − 1)", len(inputs) - 1), facts.outputs[0], rule=rule))

    def call(self, inputs: Sequence[Shape]) -> Call:
        return Call(self.torch, self.arguments(inputs))

    def arguments(self, inputs: Sequence[Shape]) -> Mapping[str, object]:  # noqa: ARG002
        """The keyword arguments of torch's spelling."""
        return {}

    @classmethod
    def check_arity(cls, count: int) -> None:
        if count < cls.fewest or (cls.most is not None and count > cls.most):
            bound = f"{cls.fewest}" if cls.most == cls.fewest else f"at least {cls.fewest}"
            raise Problem(
                "wrong-arity",
                f"{cls.name} joins {bound} tensors, got {count}",
                help=f"{cls.name}: [one, other], or branches {cls.name}: {{main: […], skip: []}}",
            )
