"""Imports run one way, rules are pure, and modules stay small (docs/architecture.md)."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
APPS = ["brokerage", "accounts", "options", "trading"]
WIRING = {"settings.py", "urls.py", "asgi.py", "celery.py"}
PURE = {"rules", "choices", "errors", "money", "market_calendar"}
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
MODULES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def imports(path):
    """Answer the dotted names that a module imports, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def name(path):
    return str(path.relative_to(ROOT))


def functions(path):
    """Answer every function in a module."""
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, FUNCTIONS)]


def test_a_package_imports_only_those_to_its_left():
    wrong = []
    for path in MODULES:
        app = path.relative_to(ROOT).parts[0]
        to_the_right = set(APPS[APPS.index(app) + 1 :])
        if app != "brokerage" or path.name not in WIRING:
            wrong += [(name(path), one) for one in imports(path) if one.split(".")[0] in to_the_right]

    assert wrong == []


def test_rules_know_no_models_no_settings_and_no_clock():
    wrong = []
    for path in MODULES:
        for imported in imports(path) if "rules" in path.parts else ():
            top, *rest = imported.split(".")
            if top == "django" or (top in APPS and rest[0] not in PURE and not rest[0].endswith("_errors")):
                wrong.append((name(path), imported))

    assert wrong == []


def test_a_module_stays_under_300_lines():
    assert [name(path) for path in MODULES if len(path.read_text().splitlines()) > 300] == []


def test_a_function_stays_under_40_lines():
    long = [
        (name(path), function.name)
        for path in MODULES
        for function in functions(path)
        if function.end_lineno - function.lineno >= 40
    ]

    assert long == []


def test_there_are_no_drawers():
    drawers = {"utils.py", "helpers.py", "common.py", "signals.py", "mixins.py"}

    assert [name(path) for path in MODULES if path.name in drawers] == []


def test_now_comes_from_the_clock():
    calls = ("timezone.now(", "date.today(", "datetime.now(", "auto_now")
    wrong = [(name(path), call) for path in MODULES for call in calls if call in path.read_text()]

    assert wrong == [("brokerage/clock.py", "datetime.now(")]
