"""``cnninspect explain`` tells everything about a word."""

from __future__ import annotations

import pytest

from cnninspect.cli import run
from cnninspect.layers import load_all
from cnninspect.recipe import MEANT, OPTIONS
from cnninspect.reports import explain, pages


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command prints."""
    assert run(["explain", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_layer(capsys: pytest.CaptureFixture[str]) -> None:
    """A layer is explained by its formula, its options, an example worked out, torch's and other spellings."""
    assert shown(capsys, "avg_pool").startswith("avg_pool: a layer\n\nTakes the mean of each window.\n")
    assert shown(capsys, "linear") == (
        "linear: a layer\n"
        "\n"
        "Combines all features of one axis with learned weights, at every position alike.\n"
        "\n"
        "y[o] = bias[o] + Σ over i of weight[o, i] · x[i] along the last axis, as torch has it,\n"
        "or along the channels. MACs: outputs x features in. Operations: one for each output with bias.\n"
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html\n"
        "\n"
        "  option     default   meaning, and what it takes\n"
        "  out        required  features produced\n"
        "                       a whole number, at least 1\n"
        "  bias       true      learn one offset for each output feature\n"
        "                       true or false\n"
        "  axis       last      the axis whose features are combined\n"
        "                       last or channels\n"
        "  trainable  true      false freezes the weights: counted as parameters, not as trainable\n"
        "                       true or false\n"
        "\n"
        "  A bare value is out: linear: …\n"
        "\n"
        "Example:\n"
        "\n"
        "  input: [16, 32, 32]\n"
        "  layers:\n"
        "    - linear: {out: 16}\n"
        "\n"
        "  input          (16, 32, 32)\n"
        "  0      linear  (16, 32, 16)  528 parameters\n"  # 32 x 16 and 16 offsets
        "\n"
        "In torch: torch.nn.Linear(in_features=32, out_features=16, bias=True)\n"
        "\n"
        "Elsewhere: Dense, Linear, fc, fully_connected, InnerProduct\n"
    )


@pytest.mark.parametrize("name", sorted(load_all()))
def test_every_layer_has_an_example(name: str) -> None:
    """Every layer is explained with an example that has no finding and whose last row is the layer."""
    text = explain.explain(name)
    assert text is not None
    assert "\n\nExample:\n\n" in text
    assert "\n\nIn torch: " in text


def test_layer_of_another_tool(capsys: pytest.CaptureFixture[str]) -> None:
    """The name that torch or Keras has for a layer leads to the layer."""
    assert shown(capsys, "nn.BatchNorm2d").startswith(
        "batch_norm: a layer\n\nnn.BatchNorm2d is called batch_norm here.\n\n"
    )


@pytest.mark.parametrize("name", pages.library_names())
def test_block_of_the_library(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A block is explained by its declaration and an example."""
    out = shown(capsys, name)
    assert out.startswith(f"{name}: a block that comes with cnninspect\n\n")
    assert f"\n  {name}:\n" in out
    assert "\nExample:\n" in out


def test_word_of_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    """A section or keyword is explained by its page."""
    out = shown(capsys, "from")
    assert out.startswith("from: a word of the language\n\nBeside a layer: the name of the tensor that it reads")
    assert "\n      from: stem\n" in out
    assert "`" not in out


@pytest.mark.parametrize("name", ["batch", "--batch"])
def test_option_of_a_recipe(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An option of a training is explained by what it means, its default and what it takes, numbers in full."""
    assert run(["explain", "--", name]) == 0
    assert capsys.readouterr().out == (
        "batch: an option of a recipe (what is learned)\n"
        "\n"
        "  option  default  meaning, and what it takes\n"
        "  batch   64       images of one step, over all parts and all processes\n"
        "                   a whole number, at least 1, at most 16,777,216\n"
        "\n"
        "In a file batch: …, on the command line --batch; cnninspect explain recipe lists the others.\n"
    )


def test_option_of_another_program(capsys: pytest.CaptureFixture[str]) -> None:
    """The name that others have for an option of a training leads to the option."""
    told = "lr: an option of a recipe (optimizer)\n\nlearning_rate is called lr here.\n\n  option  default"
    assert shown(capsys, "learning_rate").startswith(told)
    assert all(meant in OPTIONS for meant in MEANT.values())


def test_all_options_of_a_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    """Every option stands under ``recipe``, by group, below the page of the section too; each has a page of its own."""
    out = shown(capsys, "recipe")
    listed = [line.split()[0] for line in out.splitlines() if line.startswith("  ") and line[2] not in " o"]
    assert sorted([*listed, "optimizer"]) == sorted(OPTIONS)
    assert "\nwhat is learned:\n  option " in out
    assert shown(capsys, "training").endswith(f"\n\n\n{out}")
    assert all(f"{name}: an option of a recipe (" in (explain.explain(name) or "") for name in OPTIONS)
    assert {"recipe", *OPTIONS} <= set(explain.names())
    assert all(len(line) <= 60 for line in (explain.explain("recipe", width=60) or "").splitlines())


def test_figure(capsys: pytest.CaptureFixture[str]) -> None:
    """A figure is explained by what it counts and how it is limited, however it is written."""
    assert shown(capsys, "MACs") == (
        "macs: a figure\n\n"
        "Multiply-accumulates of convolutions, linear layers and matmul, bias not counted.\n\n"
        "A budget limits it: budgets: {macs: <= 5M}. cnninspect explain MODEL LAYER works it out for a layer.\n"
    )
    assert shown(capsys, "latency_estimate").endswith("budgets: {latency_estimate: <= 5ms @ t4}.\n")


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever asks for a command is told where it explains itself."""
    assert run(["explain", "evaluate"]) == 2
    assert "  = help: it is a command: cnninspect evaluate --help tells its options\n" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["duplicate-key", "error[duplicate-key]"])
def test_code(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A code is explained by its page, also as it is copied from a message."""
    assert shown(capsys, name) == (
        "duplicate-key: a finding\n"
        "\n"
        "A mapping has a key twice. Most readers keep the last one in silence, and the other is the one that someone\n"
        "will edit.\n"
        "\n"
        "Bad:\n"
        "\n"
        "  input: [3, 32, 32]\n"
        "  layers:\n"
        "    - conv: {out: 8, kernel: 3, out: 16}\n"
        "\n"
        "Good:\n"
        "\n"
        "  input: [3, 32, 32]\n"
        "  layers:\n"
        "    - conv: {out: 16, kernel: 3}\n"
    )


def test_unknown_name(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that there is not is refused with exit code 2 and near names."""
    assert run(["explain", "konv"]) == 2
    assert capsys.readouterr() == (
        "",
        "cnninspect: there is nothing called 'konv' to explain\n  = help: did you mean conv?\n",
    )


@pytest.mark.parametrize(
    ("word", "help"),
    [
        ("slope", "it is an option of leaky_relu: cnninspect explain leaky_relu"),
        (
            "stride",
            "it is an option of conv, depthwise_conv, separable_conv, conv_transpose and 5 more: cnninspect explain conv",
        ),
    ],
)
def test_an_option_of_layers(capsys: pytest.CaptureFixture[str], word: str, help: str) -> None:
    """The name of an option leads to the layers that have it, not to a word that looks like it."""
    assert run(["explain", word]) == 2
    assert capsys.readouterr().err == f"cnninspect: there is nothing called '{word}' to explain\n  = help: {help}\n"


def test_nothing_near(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no name is near, and whatever the name holds, it is told where the names are."""
    assert run(["explain", "\x1b[31m\u202e"]) == 2
    assert capsys.readouterr().err == (
        "cnninspect: there is nothing called '\\x1b[31m\\u202e' to explain\n"
        "  = help: cnninspect layers lists the layers, cnninspect zoo the networks\n"
    )


def test_color(capsys: pytest.CaptureFixture[str]) -> None:
    """In colour the title is bold and nothing else changes."""
    assert shown(capsys, "when", "--color", "always") == shown(capsys, "when").replace(
        "when: a word of the language", "\x1b[1mwhen: a word of the language\x1b[0m", 1
    )


def test_a_model_without_a_layer(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever names a model alone is told to name a layer too; a word that is neither gets the usual hint."""
    assert run(["explain", "lenet5"]) == 2
    assert capsys.readouterr().err == (
        "cnninspect: there is nothing called 'lenet5' to explain\n"
        "  = help: it is a model: name a layer too, such as cnninspect explain lenet5 C1\n"
    )
    for name in ("-", "quite-another-thing"):
        assert run(["explain", name]) == 2
        assert "it is a model" not in capsys.readouterr().err
