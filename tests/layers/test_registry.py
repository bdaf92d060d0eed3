"""The registry of layers, and what a layer's class gives to every layer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from cnninspect import layers
from cnninspect.layers.base import REGISTRY, Merge, Single
from cnninspect.options import Float, Same
from cnninspect.values import Call, Problem, Problems, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@pytest.fixture
def registry() -> Iterator[None]:
    """Whatever a test registers is forgotten after it."""
    layers.load_all()
    before = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(before)


def test_every_module_is_looked_into() -> None:
    """Every layer is registered under its own name; a name that nobody has is None."""
    every = layers.load_all()
    assert {"conv", "add", "max_pool", "roi_align"} <= every.keys()
    assert [name for name, kind in every.items() if kind.name != name] == []
    assert layers.find("conv") is every["conv"]
    assert layers.find("maxout") is None


@pytest.mark.usefixtures("registry")
def test_a_module_is_imported_when_it_is_first_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is looked for module by module, and no further than the one that has it."""
    monkeypatch.setattr(layers, "region", sys.modules["cnninspect.layers.region"], raising=False)
    monkeypatch.delitem(sys.modules, "cnninspect.layers.region")
    monkeypatch.delitem(REGISTRY, "roi_align")
    monkeypatch.setattr(layers, "_pending", ["region", "not_reached", ""])
    found = layers.find("roi_align")
    assert found is not None
    assert found.__module__ == "cnninspect.layers.region"
    assert layers._pending == ["not_reached", ""]


def test_the_homes_of_common_layers_are_right() -> None:
    """Every layer whose module is known beforehand is defined in that module."""
    every = layers.load_all()
    assert {name: every[name].__module__ for name in layers.HOMES} == {
        name: f"cnninspect.layers.{home}" for name, home in layers.HOMES.items()
    }


@pytest.mark.usefixtures("registry")
def test_a_common_layer_loads_its_own_module_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer whose module is known is found without a look into the modules before it, which stay to be looked into."""
    monkeypatch.setattr(layers, "linear", sys.modules["cnninspect.layers.linear"], raising=False)
    monkeypatch.delitem(sys.modules, "cnninspect.layers.linear")
    monkeypatch.delitem(REGISTRY, "linear")
    monkeypatch.setattr(layers, "_pending", ["not_reached", "linear", ""])
    found = layers.find("linear")
    assert found is not None
    assert (found.name, found.__module__) == ("linear", "cnninspect.layers.linear")
    assert layers._pending == ["not_reached", ""]


@pytest.mark.usefixtures("registry")
def test_a_name_means_one_layer() -> None:
    """Two layers of one name fail when the second is defined, naming both places."""
    with pytest.raises(TypeError) as raised:
        type("Convolution", (Single,), {}, name="conv")
    assert str(raised.value) == f"two layers are called 'conv': cnninspect.layers.conv and {__name__}"


class Hypot(Merge):
    """The root of the sum of squares of two tensors: all that a joining layer must state."""

    torch = "torch:hypot"
    most = 2
    factor = Float(1.0, help="a factor")
    other = Float(Same("factor"), help="another one")

    def join(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]


def test_a_layer_shows_what_was_written() -> None:
    """A layer is shown as it was written and compared by all of its options, defaults filled in."""
    plain, same, other = Hypot({}, 2), Hypot({"other": 1, "factor": 1.0}, 2), Hypot({"factor": 2}, 2)
    assert (plain.settings(), other.settings()) == ({"factor": 1.0, "other": 1.0}, {"factor": 2.0, "other": 2.0})
    assert plain == same != other
    assert hash(plain) == hash(same)
    assert plain != layers.load_all()["relu"]({}, 2)
    assert repr(layers.load_all()["conv"]({"out": 3, "kernel": [1, 2]}, 2)) == "conv(out=3, kernel=[1, 2])"


def test_what_a_joining_layer_need_not_state() -> None:
    """A joining layer costs one operation an element for each tensor after the first, and torch is called without options."""
    layer, shapes = Hypot({}, 2), [(3, 4, 4), (3, 4, 4)]
    facts = layer.facts(shapes)
    assert (facts.outputs, facts.macs, facts.operations, facts.window) == (((3, 4, 4),), 0, 48, None)
    assert layer.call(shapes) == Call("torch:hypot", {})


class Twice(Single):
    """Everything twice: all that a layer with one input must state."""

    torch = "torch.nn:Twice{rank}d"


def test_what_a_layer_with_one_input_need_not_state() -> None:
    """A layer that states nothing keeps the shape, learns and costs nothing, and is called in torch by the rank of its input."""
    layer = Twice({}, 1)
    facts = layer.facts([(3, 4)])
    assert (facts.outputs, facts.weights, facts.buffers, facts.macs, facts.operations) == (((3, 4),), {}, {}, 0, 0)
    assert layer.call([(3, 4)]) == Call("torch.nn:Twice1d", {})


def test_every_option_that_is_missing_or_wrong_is_told() -> None:
    """All mistakes in the options of one layer are raised together."""
    with pytest.raises(Problems) as raised:
        layers.load_all()["conv"]({"stride": 0, "bias": "yes"}, 2)
    assert [problem.message for problem in raised.value.problems] == [
        "stride must be at least 1, got 0",
        "bias must be true or false, got the text 'yes'",
        "conv needs 'out': channels produced and 'kernel': size of the window",
    ]


# --- layers of other packages ------------------------------------------------------------

OWN = """
from cnninspect.layers.base import Pointwise
class Own(Pointwise, name="test_own"):
    pass
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: None) -> Path:
    """A folder with an installed package that offers a good module of layers and a missing one."""
    info = tmp_path / "test_layers-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: test-layers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[cnninspect.layers]\nown = cnninspect_test_own:Own\nzz = cnninspect_test_none\n"
    )
    (tmp_path / "cnninspect_test_own.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(layers, "_plugins_loaded", False)
    monkeypatch.setattr(layers, "broken_plugins", [])
    monkeypatch.delitem(sys.modules, "cnninspect_test_own", raising=False)
    return tmp_path


@pytest.mark.usefixtures("site")
def test_entry_points_are_loaded_when_a_name_is_not_ours() -> None:
    """A package that offers layers needs no more than its entry point; one that fails is remembered for the hint."""
    assert layers.find("conv") is not None
    assert "test_own" not in REGISTRY
    found = layers.find("test_own")
    assert found is not None
    assert (found.name, found.__module__) == ("test_own", "cnninspect_test_own")
    assert layers.broken_plugins == [
        "the plugin 'cnninspect_test_none' cannot be imported: ModuleNotFoundError: No module named 'cnninspect_test_none'",
    ]


@pytest.mark.usefixtures("site")
def test_a_module_is_loaded_by_name() -> None:
    """A module of layers is imported once by its name; what fails is a problem with the reason."""
    layers.load_plugin("cnninspect_test_own")
    assert REGISTRY["test_own"].name == "test_own"
    with pytest.raises(Problem) as raised:
        layers.load_plugin("cnninspect_test_none")
    assert (raised.value.code, raised.value.help) == (
        "plugin-failed",
        "a plugin is an importable module whose import defines layers",
    )


@pytest.mark.usefixtures("registry")
def test_layers_of_other_packages_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be told whether any layer comes from elsewhere, which a memory of earlier results has to know."""
    own = {name: kind for name, kind in REGISTRY.items() if kind.__module__.startswith("cnninspect.layers.")}
    monkeypatch.setattr(layers, "REGISTRY", own)
    assert not layers.foreign()
    monkeypatch.setattr(layers, "REGISTRY", {**own, "strange": type("Strange", (Single,), {})})
    assert layers.foreign()
