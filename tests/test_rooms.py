"""The arrows between the rooms of the package point down only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "cnninspect"

PLAIN = {"records", "values", "holds", "reads", "workings", "module_names"}
BELOW: dict[str, set[str]] = {
    "records": set(),
    "values": {"records"},
    "module_names": set(),
    "reads": {"records", "values"},
    "holds": {"records"},
    "workings": {"records", "values"},
    "options": PLAIN,
    "layers": {*PLAIN, "options"},
    "ir": PLAIN,
    "flat": {*PLAIN, "ir", "layers"},
    "passes": {*PLAIN, "ir"},
    "frontends": {*PLAIN, "options", "layers", "ir", "recipe"},
    "backends": {*PLAIN, "options", "layers", "ir", "passes"},  # code is written from what the passes found
    "calculator": {*PLAIN, "options", "layers"},
    "analysis": {*PLAIN, "ir", "passes", "frontends"},
    "checks": {*PLAIN, "options", "layers", "ir", "passes", "frontends", "analysis"},
    "comparing": {*PLAIN, "ir", "passes", "recipe"},
    "recipe": {*PLAIN, "options"},
    "data": {*PLAIN, "frontends"},  # the readers of arrays that checkpoints have
    "training": {*PLAIN, "options", "ir", "passes", "recipe", "backends", "data"},
    "reports": {
        *PLAIN,
        "options",
        "layers",
        "ir",
        "passes",
        "calculator",
        "recipe",
        "checks",
        "comparing",
        "api",
        "flat",
    },
    "api": {
        *PLAIN,
        *("options", "layers", "ir", "passes", "frontends", "backends", "analysis"),
        *("checks", "comparing", "recipe", "data", "training", "flat"),
    },
    "cli": {*PLAIN, "calculator", "api", "reports", "__init__"},
    "__init__": {"api"},
    "__main__": {"cli"},
}
"""Which rooms each room may import."""


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def runtime_imports(tree: ast.Module) -> set[str]:
    """The cnninspect modules that a file imports when it runs; what stands under TYPE_CHECKING does not count."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("cnninspect"):
            if node.module == "cnninspect":
                rooms = [alias.name for alias in node.names if not alias.name.startswith("__")]
                found.update(f"cnninspect.{name}" for name in rooms or ["__init__"])
            else:
                found.add(node.module)
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names if alias.name.startswith("cnninspect"))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_point_down(path: Path) -> None:
    """A file imports only from the rooms below its own."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    allowed = BELOW[own] | {own}
    imported = {room(module) for module in runtime_imports(ast.parse(path.read_text("utf-8")))}
    assert imported <= allowed, f"{own} may not import {sorted(imported - allowed)}"


def test_third_parties_live_in_their_rooms() -> None:
    """Each dependency is imported in the one place that needs it."""
    homes = {
        "yaml": {"frontends/yaml/reader.py", "frontends/yaml/python_parser.py"},
        "typer": {"cli"},
        "torch": {"backends", "data", "training"},
        "rich": {"reports/table.py"},
    }
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = str(path.relative_to(PACKAGE))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
            for name in names:
                home = homes.get(name.split(".")[0])
                assert home is None or any(relative.startswith(place) for place in home), f"{relative} imports {name}"
