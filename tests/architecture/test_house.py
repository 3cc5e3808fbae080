"""The rules of the house, read from its own source."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "portal_app"
FILES = sorted(APP.rglob("*.py"))

pytestmark = pytest.mark.proof("main-job-07")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def inside(*places: str) -> Iterator[Path]:
    for path in FILES:
        if any(path.is_relative_to(APP / place) for place in places):
            yield path


def offenders(pattern: str, *, except_in: tuple[str, ...] = ()) -> list[str]:
    """`file:line` of every code line that matches, comments and docstrings left out."""
    found = []
    for path in FILES:
        if any(path == APP / place or path.is_relative_to(APP / place) for place in except_in):
            continue
        code = ast.unparse(_without_docstrings(tree(path)))
        found += [f"{path.relative_to(ROOT)}: {line.strip()}" for line in code.splitlines() if re.search(pattern, line)]
    return found


def _without_docstrings(module: ast.Module) -> ast.Module:
    for node in ast.walk(module):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body[0] = ast.Pass()
    return module


def test_imports_go_in_the_allowed_directions() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-500:]


def test_only_db_commits() -> None:
    assert not offenders(r"\.(commit|begin)\(\)", except_in=("db.py", "demo/stripe"))


def test_only_the_clock_asks_for_the_time() -> None:
    assert not offenders(r"datetime\.(now|utcnow|today)\(|date\.today\(|\btime\.time\(", except_in=("core/clock.py",))


def test_only_settings_reads_the_environment() -> None:
    assert not offenders(r"os\.environ|os\.getenv", except_in=("settings.py",))


def test_vendors_stay_in_their_rooms() -> None:
    rooms = ("adapters/stripe_gateway.py", "adapters/stripe_refusing.py", "demo/stripe")
    assert not offenders(r"^\s*(import|from) stripe\b", except_in=rooms)
    assert not offenders(r"^\s*(import|from) PIL\b", except_in=("adapters", "demo"))
    assert not offenders(r"^\s*(import|from) smtplib\b", except_in=("adapters",))


def test_nothing_that_the_content_policy_would_break() -> None:
    names = (
        r"\brx\.(toast|call_script|call_function|run_script|console_log|window_alert|clear_selected_files|upload|drawer)\b"
        r"|primitives\.drawer|\bset_clipboard\b"
    )
    assert not offenders(names)


def test_only_a_workflow_writes_an_order_status() -> None:
    wrong = []
    for path in inside("domain", "web", "jobs", "ui", "demo"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Assign) and any(ast.unparse(t) == "order.status" for t in node.targets):
                if not ast.unparse(node.value).startswith("move("):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong


def test_names_that_say_nothing_are_not_used() -> None:
    banned = {"helper", "helpers", "util", "utils", "manager", "handler", "processor", "common", "misc"}
    files = [path for path in FILES if path.stem in banned]
    classes = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and re.search(r"(Helper|Utils?|Manager|Handler|Processor|Data|Info)s?$", node.name)
    ]
    assert not files
    assert not classes


def test_screens_never_import_each_other() -> None:
    wrong = []
    for path in inside("ui/public", "ui/portal", "ui/admin"):
        own = ".".join(path.relative_to(ROOT).parent.parts)
        for node in ast.walk(tree(path)):
            name = node.module if isinstance(node, ast.ImportFrom) else None
            if name and re.match(r"portal_app\.ui\.(public|portal|admin)\.", name) and not name.startswith(own):
                wrong.append(f"{path.relative_to(ROOT)}: {name}")
    assert not wrong


def test_components_know_no_state() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {node.module}"
        for path in inside("ui/components")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and node.module
        and re.match(r"portal_app\.(domain|wiring|ui\.(shared|public|portal|admin))", node.module)
    ]
    assert not wrong


def test_a_rendering_process_carries_neither_tables_nor_screens() -> None:
    program = "import sys, portal_app.adapters.photo_worker; print(*{name.partition('.')[0] for name in sys.modules})"
    brought = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True, cwd=ROOT).stdout.split()
    assert not {"sqlalchemy", "sqlmodel", "pydantic", "reflex", "starlette", "av", "pypdfium2", "pillow_heif"} & set(brought)


def test_functions_and_files_stay_small() -> None:
    lengths, long = [], []
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 400, f"{path.relative_to(ROOT)} has {text.count(chr(10))} lines"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = node.end_lineno - node.lineno + 1
                lengths.append(length)
                if length > 60:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {length}")
    assert not long
    lengths.sort()
    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.95)] <= 35


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(path.relative_to(ROOT)) for path in FILES if path.read_text().strip() and not ast.get_docstring(tree(path))]
    assert not silent


def test_every_table_is_on_the_schema_page() -> None:
    named = (APP / "domain" / "tables.py").read_text()
    rooms = {path.parent.name for path in (APP / "domain").glob("*/models.py")}
    assert {room for room in rooms if f"portal_app.domain.{room} import models" not in named} == set()


def test_the_project_speaks_of_the_product_alone() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    machine = re.compile(r"(?<![\w.])/(work|farm|root|home)/")
    wrong = [
        name
        for name in listed
        if Path(name).suffix in {".py", ".md", ".toml", ".css", ".jsx", ".txt", ".yml", ""}
        and (ROOT / name).is_file()
        and machine.search((ROOT / name).read_text(errors="ignore"))
        and not name.endswith("test_house.py")
    ]
    assert not wrong


@pytest.mark.proof("main-job-01")
def test_the_list_of_packages_stands_in_the_form_a_build_leaves_it_in() -> None:
    """One line: any other form is rewritten by the next run, and the tree is no longer clean."""
    assert "\n" not in (ROOT / "reflex.lock" / "package.json").read_text()
