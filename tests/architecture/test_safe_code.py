"""What the code never does, read from its own source: injections and leaks that need a dangerous call to exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.test_house import APP, FILES, ROOT, _without_docstrings, tree

pytestmark = pytest.mark.proof("identity-11")
SCRIPTS = sorted((ROOT / "assets").glob("*.jsx"))
TEMPLATES = sorted(APP.rglob("*.html"))


@cache
def calls() -> list[tuple[Path, str, ast.Call]]:
    """Every call of the app, with what is called as it is written."""
    nodes = ((path, node) for path in FILES for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    return [(path, ast.unparse(node.func), node) for path, node in nodes]


@cache
def lines() -> list[tuple[Path, str]]:
    """Every line of code, comments and docstrings left out."""
    return [(path, line) for path in FILES for line in ast.unparse(_without_docstrings(tree(path))).splitlines()]


def offenders(pattern: str, *, except_in: tuple[str, ...] = ()) -> list[str]:
    """`file: line` of every code line that matches."""
    wrong = re.compile(pattern)
    return [f"{path.name}: {line.strip()}" for path, line in lines() if wrong.search(line) and not in_file(path, *except_in)]


def is_constant(node: ast.expr) -> bool:
    """Whether nothing that was typed can be in it: literals, and names in capitals or of the module."""
    if isinstance(node, ast.JoinedStr):
        return all(is_constant(part.value) for part in node.values if isinstance(part, ast.FormattedValue))
    if isinstance(node, ast.BinOp):
        return is_constant(node.left) and is_constant(node.right)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.lstrip("_").isupper())


def in_file(path: Path, *places: str) -> bool:
    return any(path == APP / place or path.is_relative_to(APP / place) for place in places)


def test_nothing_is_evaluated() -> None:
    assert not [(path, name) for path, name, _ in calls() if name in {"eval", "exec", "compile", "__import__"}]
    assert not [path.name for path in SCRIPTS if re.search(r"\beval\(|new Function|setTimeout\(\s*[\"'`]", path.read_text())]


def test_no_command_goes_through_a_shell() -> None:
    assert not offenders(r"os\.(system|popen|spawn|exec)|shell=True|getoutput\(|create_subprocess_shell")
    for path, name, call in calls():
        if name in {"subprocess.Popen", "subprocess.run", "subprocess.check_output"}:
            assert isinstance(call.args[0], ast.List | ast.Name), path
            assert in_file(path, "jobs", "adapters", "demo"), path


def test_statements_hold_no_typed_words() -> None:
    """SQL is made by SQLAlchemy with bound values; what is written by hand is constant."""
    for path, name, call in calls():
        if name.endswith(("text", "exec_driver_sql", "literal_column")) and name.split(".")[0] in {
            "text",
            "sa",
            "connection",
            "db",
        }:
            written = call.args[0]
            is_choice = isinstance(written, ast.IfExp) and is_constant(written.body) and is_constant(written.orelse)
            is_schema = path.name in {"columns.py", "models.py"}  # defaults and conditions, written when a table is made
            assert is_constant(written) or is_choice or is_schema, f"{path}:{call.lineno}"


def test_a_search_cannot_be_a_pattern() -> None:
    """Regular expressions are constants: nothing typed becomes one."""
    for path, name, call in calls():
        if re.fullmatch(r"(re\.(compile|match|search|fullmatch|sub|split|findall|finditer)|pattern)", name):
            assert is_constant(call.args[0]) or in_file(path, "demo/stripe"), f"{path}:{call.lineno}"


def test_templates_and_formats_are_ours() -> None:
    """Templates come from the package or are constants with escaping on; a format string is never somebody's words."""
    for path, name, call in calls():
        if name.endswith(".from_string"):
            assert isinstance(call.args[0], ast.Constant), path
        if name.endswith("Environment") and not in_file(path, "demo/stripe"):
            escaping = {word.arg: ast.unparse(word.value) for word in call.keywords}.get("autoescape", "False")
            assert escaping != "False", path
        if name.endswith((".format", ".format_map")) and not in_file(path, "demo/stripe"):
            what = call.func.value if isinstance(call.func, ast.Attribute) else None
            said = ast.unparse(what) if what else ""
            is_ours = isinstance(what, ast.Constant) or said.rpartition(".")[2].isupper() or said.startswith("Markup('")
            assert is_ours, f"{path}:{call.lineno}: {said}"
    assert not [page.name for page in TEMPLATES if "|safe" in page.read_text().replace(" ", "")]


def test_typed_words_are_shown_as_text() -> None:
    """No screen and no script sets markup from words."""
    assert not offenders(r"\brx\.(html|markdown|el\.script|script)\b|dangerously|inner_html")
    for path in SCRIPTS:
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerously", path.read_text()), path.name


def test_scripts_hear_no_messages_and_change_no_prototypes() -> None:
    for path in SCRIPTS:
        text = path.read_text()
        assert not re.search(r"postMessage|[\"']message[\"']", text), path.name
        assert not re.search(r"__proto__|\.prototype\b|Object\.assign\(|\w\[[a-z]\w*\]\s*=[^=>]", text), path.name
        assert not re.search(r"ActiveX|<(applet|embed|object)\b", text), path.name


def test_nothing_is_kept_in_the_browser_but_cookies() -> None:
    """A person's words live on the server; the framework's own token in session storage opens nothing by itself, and the
    draft of an order lies beside it sealed with the server's key."""
    assert not offenders(r"\brx\.(LocalStorage|SessionStorage|Cookie)\b", except_in=("ui/public/booking/choices.py",))
    assert (APP / "ui/public/booking/choices.py").read_text().count("rx.SessionStorage") == 1
    kept = {path.name: re.findall(r"(?:local|session)Storage\.\w+", path.read_text()) for path in SCRIPTS}
    assert {name: words for name, words in kept.items() if words} == {}


def test_what_comes_from_outside_is_never_unpickled_and_no_xml_is_read() -> None:
    assert not offenders(r"\b(marshal|shelve|dill|yaml|jsonpickle)\b")
    assert not offenders(r"^\s*(import|from) (xml|lxml|defusedxml|xmltodict)\b|getxmp\(")
    pickles = {path.relative_to(APP).as_posix() for path, name, _ in calls() if name.startswith("pickle.load")}
    assert pickles == {"jobs/embedded.py"}, "only our own settings, over the pipe to our own child"
    assert "StateManagerMode.MEMORY" in (ROOT / "rxconfig.py").read_text(), "page state is never read back from a store"


def test_what_must_not_be_guessed_comes_from_the_system() -> None:
    """`random` draws the demo's pictures, spreads retries and mixes a test's events; uuid4 names temporary files and notes.
    Neither is a secret."""
    drawing = ("demo/photos", "jobs/worker.py", "demo/stripe/controls.py")
    assert not offenders(r"^\s*(import|from) random\b", except_in=drawing)
    assert not offenders(r"uuid[13]\(|getrandbits")
    tokens = (APP / "core" / "tokens.py").read_text()
    assert "secrets.token_urlsafe(32)" in tokens
    assert "secrets.choice" in tokens


def test_hashes_and_ciphers_are_todays() -> None:
    assert not offenders(r"\bmd5\b|\bMD5\b|RIPEMD|\bDES\b|ARC4|Blowfish|modes\.(ECB|CBC)|PKCS1v15")
    asked_for_by_others = ("web/uploads.py", "web/parts.py", "adapters/totp.py", "domain/identity/second_step.py")
    assert not offenders(r"\bsha1\b", except_in=asked_for_by_others)
    assert not offenders(r"^\s*(import|from) (Crypto|nacl|rsa|ecdsa|jwt|jose)\b"), "no second library for the same"


def test_every_tls_client_looks_at_the_certificate() -> None:
    assert not offenders(r"verify=False|CERT_NONE|check_hostname = False|_create_unverified|verify_ssl_certs=False")


def test_only_adapters_reach_out() -> None:
    """The app speaks to the payment service and the mail server of its settings; nothing typed chooses an address."""
    network = r"^\s*(import|from) (smtplib|requests|httpx|aiohttp|urllib\.request|http\.client|socket|ftplib|telnetlib|redis)\b"
    assert not offenders(network, except_in=("adapters", "demo"))
    assert not offenders(r"urlopen\(|create_connection\(", except_in=("adapters", "demo"))


def test_no_log_is_written_to_a_place_of_its_own() -> None:
    assert not offenders(r"\b(FileHandler|RotatingFileHandler|SysLogHandler|HTTPHandler|SocketHandler)\b")


def test_no_account_comes_with_the_program() -> None:
    """Accounts are opened by people, by the command that opens a studio, and in the demo, which production refuses."""
    makers = {path.relative_to(APP).parts[0] for path, name, _ in calls() if name == "Account"}
    assert makers == {"domain", "demo"}
    migrations = "".join(path.read_text().lower() for path in (ROOT / "alembic" / "versions").glob("*.py"))
    assert "insert into account" not in migrations


# What the studio asks about a property while booking, and the word on a coupon: nothing that lets anybody in.
NOT_SECRETS = {
    "mail.last_answer", "question.hint", "question_choice.question_id", "order_answer.answer", "coupon.code",
}  # fmt: skip


def test_no_column_keeps_a_hint_or_a_secret_question() -> None:
    from portal_app.domain.tables import metadata

    columns = {f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns} - NOT_SECRETS
    names = {name.split(".")[1] for name in columns}
    assert not {name for name in names if re.search(r"hint|question|answer$|mother|pet_name|plain|clear_text", name)}
    assert not {name for name in names if re.fullmatch(r"password|secret|code|token|totp", name)}
