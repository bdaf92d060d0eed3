"""The options of a recipe: read with places, in order of strength, refused where they contradict each other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cnninspect import api
from cnninspect.api.recipes import WrongRecipe, default_recipe, read_recipe_file, recipe_of, shipped_recipes
from cnninspect.frontends.yaml.recipes import option_value
from cnninspect.options.lists import ByName, Floats, Text, Words
from cnninspect.recipe import GROUPS, OPTIONS, Recipe
from cnninspect.values import Problem, Problems

if TYPE_CHECKING:
    from pathlib import Path

    from cnninspect.options.base import Option

MODEL = "input: [1, 8, 8]\nparams: {classes: 10, rate: 0.5}\nlayers: [flatten, linear: $classes]\n"


def told(text: str) -> list[tuple[str, int, int, str]]:
    """What is found in a model, with its places."""
    found = api.read("model.yaml", text=text).findings
    return [(one.code, one.span.line, one.span.column, one.message) for one in found]


def test_every_option_is_in_one_group() -> None:
    """Help lists each option once."""
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(OPTIONS)


def test_settings_are_what_makes_the_same_recipe() -> None:
    """What a run writes down is what makes its recipe again."""
    given = {"epochs": 3, "heads": {"aux": 0.4}, "milestones": [1, 2], "schedule": "step", "mean": [0.1], "std": [1], "normalize": "given", "class_weights": "balanced", "lr": 1}  # fmt: skip
    settings = Recipe(given).settings()
    again = {name: value for name, value in settings.items() if value is not None}
    assert Recipe(again).settings() == settings
    assert (settings["lr"], settings["milestones"], Recipe(given).rate) == (1.0, [1, 2], 1.0)
    assert Recipe({"optimizer": "sgd"}).rate == 0.05


def test_a_section_is_read_with_expressions() -> None:
    """Options may be computed from the params of the file."""
    loaded = api.read("model.yaml", text=MODEL + "training: {lr: $rate / 10, epochs: $classes}\n")
    assert {name: setting.value for name, setting in loaded.training.items()} == {"lr": 0.05, "epochs": 10}


def test_mistakes_of_a_section_are_told_where_they_stand() -> None:
    """Each option that does not exist or cannot be is told at its place, with what was meant."""
    assert told(
        MODEL.replace("rate: 0.5", "rate: x")
        + "training:\n  learning_rate: 1\n  epoch: 2\n  batch: many\n  lr: $rate\n  clip: $x\n  zzzz: 1\n"
    ) == [
        ("unknown-option", 5, 3, "training has no option 'learning_rate'"),
        ("unknown-option", 6, 3, "training has no option 'epoch'"),
        ("bad-value", 7, 10, "batch must be a whole number, got the text 'many'"),
        ("bad-value", 8, 7, "lr must be a number, got the text 'x'"),
        ("unknown-name", 9, 9, "nothing here is called 'x'"),
        ("unknown-option", 10, 3, "training has no option 'zzzz'"),
    ]
    helps = [one.help for one in api.read("m", text=MODEL.replace(", rate: 0.5", "") + "training: {learning_rate: 1, epoch: 2}\n").findings]  # fmt: skip
    assert helps == ["did you mean 'lr'?", "did you mean 'epochs'?"]
    assert told(MODEL.replace(", rate: 0.5", "") + "training: [1]\n") == [
        ("bad-section", 4, 11, "training must be a mapping of options to values, got a list")
    ]


CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"nesterov": True}, "nesterov needs optimizer sgd with a momentum"),
    ({"nesterov": True, "optimizer": "sgd", "momentum": 0}, "nesterov needs optimizer sgd with a momentum"),
    ({"schedule": "step"}, "schedule step needs milestones"),
    ({"milestones": [3]}, "milestones belong to schedule step, and it is one_cycle"),
    ({"warmup": 1}, "one_cycle has a warm-up of its own, the first third of the run"),
    ({"warmup": 9, "schedule": "cosine", "epochs": 3}, "a warm-up of 9 epochs does not fit into 3"),
    ({"accumulate": 9, "batch": 8}, "a batch of 8 has no 9 parts"),
    ({"loss": "mse", "label_smoothing": 0.1}, "label_smoothing belongs to loss cross_entropy, and it is mse"),
    ({"loss": "binary", "class_weights": [1, 2]}, "class_weights belongs to loss cross_entropy, and it is binary"),
    ({"normalize": "given", "mean": [0]}, "normalize given needs mean and std"),
    ({"std": [1]}, "std belongs to normalize given, and it is auto"),
    ({"crop": 4, "scale": [0.1, 1]}, "crop and scale are two ways to cut a window out of an image"),
    ({"scale": [0.5]}, "scale needs two shares, the smaller first"),
    ({"scale": [0.5, 0.1]}, "scale needs two shares, the smaller first"),
    ({"resize": 256}, "resize belongs to fit crop, and it is stretch"),
]


@pytest.mark.parametrize(("given", "message"), CONTRADICTIONS, ids=[message for _, message in CONTRADICTIONS])
def test_contradictions_are_refused(given: dict[str, Any], message: str) -> None:
    """Options that are each right and do not go together are told of."""
    with pytest.raises(Problems) as refused:
        Recipe(given)
    assert [problem.message for problem in refused.value.problems] == [message]


@pytest.mark.parametrize(("given", "message"), CONTRADICTIONS, ids=[message for _, message in CONTRADICTIONS])
def test_contradictions_of_a_section_are_findings_of_its_model(given: dict[str, Any], message: str) -> None:
    """Whoever reads a model is told what its section contradicts, in the words of a training, where it stands."""
    lines = [f"  {name}: {json.dumps(value)}\n" for name, value in given.items()]
    text = MODEL.replace(", rate: 0.5", "") + "training:\n" + "".join(lines)
    (finding,) = api.read("m", text=text).findings
    assert (finding.code, finding.severity, finding.message) == ("conflicting-options", "error", message)
    assert text.splitlines()[finding.span.line - 1][finding.span.column - 1 :] in lines[finding.span.line - 5]


def test_mistakes_of_a_section_are_not_also_contradictions() -> None:
    """What an option that cannot be read leaves out contradicts nothing."""
    for wrong in ("milestones: x", "milestone: [1]", "milestones: $y"):
        text = MODEL.replace(", rate: 0.5", "") + f"training: {{schedule: step, {wrong}}}\n"
        assert [finding.code for finding in api.read("m", text=text).findings] != []
        assert "conflicting-options" not in [finding.code for finding in api.read("m", text=text).findings]


def test_what_nobody_wrote_contradicts_nothing() -> None:
    """Of the recipe that stands below everything, what does not go with what is said is left out."""
    recipe = recipe_of([default_recipe([], {"loss": "mse"})], {"loss": "mse"})
    assert (recipe.loss, recipe.label_smoothing, recipe.rotate) == ("mse", 0, 10)
    with pytest.raises(api.CannotRun):
        recipe_of(
            [default_recipe([], {"loss": "mse", "label_smoothing": 0.1})], {"loss": "mse", "label_smoothing": 0.1}
        )


@pytest.mark.parametrize("share", [0, 0.0, -1, 1])
def test_something_is_always_held_out(share: float) -> None:
    """What is best is judged by images held out: a share of none is refused where it is written, as at the data."""
    assert told(MODEL.replace(", rate: 0.5", "") + f"training: {{validation: {share}}}\n")[0][:3] == (
        "bad-value",
        4,
        24,
    )
    with pytest.raises(Problems):
        Recipe({"validation": share})
    assert Recipe({"validation": 0.05}).validation == 0.05


def test_every_mistake_is_told_at_once() -> None:
    """A recipe with several mistakes tells all of them."""
    with pytest.raises(Problems) as refused:
        Recipe({"epochs": "x", "lr": -1})
    assert [problem.option for problem in refused.value.problems] == ["epochs", "lr"]


def written(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


def test_options_stand_over_a_recipe_file_over_the_section_over_defaults(tmp_path: Path) -> None:
    """Each place says over the one below it."""
    section = api.read("m", text=MODEL.replace(", rate: 0.5", "") + "training: {epochs: 5, batch: 16, lr: 1}\n")
    file = read_recipe_file(written(tmp_path / "a.yaml", "epochs: 6\nbatch: 32\n"))
    recipe = recipe_of([default_recipe([section.training, file.settings], {}), section.training, file.settings], {"epochs": 7})  # fmt: skip
    assert (recipe.epochs, recipe.batch, recipe.lr, recipe.rotate, recipe.clip) == (7, 32, 1.0, 10.0, None)
    assert default_recipe([section.training], {"data": "mnist"}) == {}


def test_a_recipe_may_be_the_training_section_of_a_model(tmp_path: Path) -> None:
    """A model file serves as a recipe."""
    found = read_recipe_file(written(tmp_path / "a.yaml", "input: [1]\nlayers: []\ntraining: {epochs: 3}\n"))
    assert {name: setting.value for name, setting in found.settings.items()} == {"epochs": 3}


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("- 1\n", "not-a-recipe", "a recipe is a mapping of options to values, got a list"),
        ("hello\n", "not-a-recipe", "a recipe is a mapping of options to values, got the text 'hello'"),
        ("epochs: 1\nepochs: 2\n", "duplicate-key", "'epochs'"),
        ("epochs: $x\n", "unknown-name", "nothing here is called 'x'"),
        ("description: $x\n", "unknown-name", "nothing here is called 'x'"),
        ("\0", "invalid-character", ""),
    ],
)
def test_mistakes_of_a_recipe_file_are_told(text: str, code: str, message: str, tmp_path: Path) -> None:
    """A recipe file is read as strictly as a model."""
    with pytest.raises((WrongRecipe, api.CannotRun)) as refused:
        read_recipe_file(written(tmp_path / "a.yaml", text))
    if isinstance(refused.value, WrongRecipe):
        found = refused.value.findings[0]
        assert found.code == code
        assert message in found.message
    else:
        assert isinstance(refused.value, api.CannotRun)
        assert refused.value.problem.code == code


def test_a_recipe_with_no_end_of_mistakes_is_given_up(tmp_path: Path) -> None:
    """After 200 mistakes nobody reads on."""
    with pytest.raises(WrongRecipe) as refused:
        read_recipe_file(written(tmp_path / "a.yaml", "".join([f"x{number}: 1\n" for number in range(300)])))
    assert len(refused.value.findings) == 200


def test_contradictions_of_files_have_their_place(tmp_path: Path) -> None:
    """What contradicts in files is a finding there; what contradicts on the command line names its option."""
    file = read_recipe_file(written(tmp_path / "a.yaml", "epochs: 6\nnesterov: true\n"))
    with pytest.raises(WrongRecipe) as wrong:
        recipe_of([file.settings], {}, file.sources)
    (finding,) = wrong.value.findings
    assert (finding.code, finding.span.line, finding.span.column) == ("conflicting-options", 2, 11)
    with pytest.raises(api.CannotRun) as refused:
        recipe_of([file.settings], {"nesterov": True, "label_smoothing": 2})
    assert refused.value.problem.message == "--label-smoothing: label_smoothing must be at most 0.999, got 2"


def test_unknown_recipes_are_told_with_those_that_ship() -> None:
    """A name that is no recipe gets the nearest one."""
    with pytest.raises(api.CannotRun) as refused:
        read_recipe_file("cifar01")
    assert refused.value.problem.help == "did you mean 'cifar10'?"
    with pytest.raises(api.CannotRun) as refused:
        read_recipe_file("zzzz")
    assert refused.value.problem.help.startswith("shipped are alexnet_fashion_mnist, cifar10")


@pytest.mark.parametrize("shipped", shipped_recipes(), ids=lambda shipped: shipped.name)
def test_shipped_recipes_are_whole(shipped: Any) -> None:
    """Every recipe that comes with the program is without mistakes, and names a network that is there."""
    found = read_recipe_file(shipped.name)
    assert recipe_of([found.settings], {})
    assert found.description
    if found.model is not None:
        assert api.load(found.model).nodes


def test_what_is_written_on_the_command_line_means_what_it_means_in_a_file() -> None:
    """Numbers, lists, mappings and words; what is no YAML is text."""
    values = ["1e-3", "[1, 2]", "{aux: 0.3}", "true", "sgd", "folder:a b", "[", "$x", ""]
    assert [option_value(value) for value in values] == [0.001, [1, 2], {"aux": 0.3}, True, "sgd", "folder:a b", "[", "$x", ""]  # fmt: skip


def refusal(option: Option[Any], value: object) -> str:
    option.__set_name__(object, "it")
    with pytest.raises(Problem) as raised:
        option.parse(value, 0)
    assert raised.value.option == "it"
    return raised.value.message


def test_kinds_of_options() -> None:
    """Text, lists of numbers, words or numbers, and numbers by name: what they take and how they refuse."""
    text, floats = Text(help=""), Floats(min=0, help="")
    words, names = Words(words=("balanced",), min=0, help=""), ByName(min=0, help="")
    for option in (text, floats, words, names):
        option.__set_name__(object, "it")
    assert (text.parse("x", 0), text.parse(3, 0), floats.parse(1, 0), floats.parse([1, 0.5], 0)) == ("x", "3", (1.0,), (1.0, 0.5))  # fmt: skip
    assert (words.parse("balanced", 0), words.parse([1], 0), words.parse(2, 0)) == ("balanced", (1.0,), (2.0,))
    assert (names.parse(0.3, 0), names.parse({"a": 1}, 0)) == ({"": 0.3}, {"a": 1.0})
    assert refusal(text, " ") == "it must be text, got the text ' '"
    assert refusal(text, True) == "it must be text, got true"
    assert refusal(floats, ["x"]) == "it must be a list of numbers, got the list ['x']"
    assert refusal(floats, [-1]) == "each number of it must be at least 0, got -1"
    assert refusal(words, "other") == "it must be balanced or a list of numbers, got the text 'other'"
    assert refusal(words, True) == "it must be balanced or a list of numbers, got true"
    assert refusal(names, {"a": "x"}) == "it must be a number, or a mapping of names to numbers, got the text 'x'"
    assert refusal(names, {"a": -1}) == "it.a must be at least 0, got -1"
    assert refusal(names, -1) == "it must be at least 0, got -1"
    assert text.schema() == {"type": ["string", "number"]}
    assert words.schema()["anyOf"] == [{"enum": ["balanced"]}, {"type": "number", "minimum": 0}, {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 1}]  # fmt: skip
    assert names.schema() == {"anyOf": [{"type": "number", "minimum": 0}, {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}]}  # fmt: skip
