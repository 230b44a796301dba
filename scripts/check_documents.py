"""Holds the documents against the code: links, hooks, settings, codes, GraphQL blocks, and the commands of the README.

Prints every finding and ends with status 1 when there are any.
"""

import ast
import importlib
import inspect
import pkgutil
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from graphql import GraphQLError, GraphQLSchema, build_schema, parse, validate

import wangge_core
import wangge_schema
import wangge_server
from wangge_core.errors import WanggeError
from wangge_core.imports.refusals import ROW_MESSAGES
from wangge_core.plugin.hooks import HOOKS, Plugin
from wangge_core.refusals import MESSAGES
from wangge_schema.errors import ReadingError
from wangge_server.commands.main import wangge
from wangge_server.http.statuses import STATUSES
from wangge_server.settings import NOT_SETTINGS, PREFIX, Settings

ROOT = Path(__file__).resolve().parent.parent
README, ERRORS, INTEGRATORS, OPERATORS = "README.md", "docs/errors.md", "docs/integrators.md", "docs/operators.md"
ELSEWHERE = {".venv", "node_modules", "data", ".pytest_cache"}
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
FAULT = re.compile(r'(?:code=|yield )"([A-Z]+(?:_[A-Z]+)+)"')
HTTP = re.compile(r'(?:SignInError\(\s*|_refuse\(|INTERNAL = |return )"([A-Z]+(?:_[A-Z]+)+)"')


def documents() -> Iterator[Path]:
    """Every Markdown file of the project."""
    return (path for path in sorted(ROOT.rglob("*.md")) if not ELSEWHERE & set(path.relative_to(ROOT).parts))


def read(name: str) -> str:
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for found, body in FENCE.findall(text) if found == language]


def check_links() -> Iterator[str]:
    """Relative links of documents, and documents that the code points at, are there."""
    for path in documents():
        for target in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
            if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
                yield f"{path.relative_to(ROOT)}: the link {target} points nowhere."
    for source in sorted(path for name in ("core", "schema", "server") for path in ROOT.glob(f"{name}/wangge_*/**/*.py")):
        for target in re.findall(r"docs/[\w/]+\.md", source.read_text(encoding="utf-8")):
            if not (ROOT / target).is_file():
                yield f"{source.relative_to(ROOT)}: names {target}, which is not there."


def check_hooks() -> Iterator[str]:
    """Every hook stands in the integrators' document with its exact signature and its sentence."""
    text = read(INTEGRATORS)
    methods = {node.name: node for node in ast.walk(ast.parse(inspect.getsource(Plugin))) if isinstance(node, ast.FunctionDef)}
    for hook in HOOKS:
        node = methods[hook]
        signature = f"{hook}({ast.unparse(node.args)}) -> {ast.unparse(node.returns) if node.returns else 'None'}"
        for wanted in (f"`{signature}`", ast.get_docstring(node) or ""):
            if wanted not in text:
                yield f"{INTEGRATORS}: the hook {hook} lacks {wanted}"


def check_settings() -> Iterator[str]:
    """Every setting stands in the operators' document under its names, in the file and in the environment."""
    text = read(OPERATORS)
    for name in Settings.__struct_fields__:
        variable = f"{PREFIX}{name.upper()}"
        for wanted in (f"`{name}`", *([] if variable in NOT_SETTINGS else [f"`{variable}`"])):
            if wanted not in text:
                yield f"{OPERATORS}: the setting {wanted} is missing."


def subclasses(cls: type) -> Iterator[type]:
    for below in cls.__subclasses__():
        yield below
        yield from subclasses(below)


def codes_of_errors() -> set[str]:
    """The codes of every exception that has one."""
    for package in (wangge_core, wangge_schema, wangge_server):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
    return {
        str(vars(cls)["code"]) for root in (WanggeError, ReadingError) for cls in (root, *subclasses(root)) if "code" in vars(cls)
    }


def codes_in_source(pattern: re.Pattern[str], *names: str) -> set[str]:
    files = [path for name in names for path in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))]
    return {code for path in files for code in pattern.findall(path.read_text(encoding="utf-8"))}


def check_codes() -> Iterator[str]:
    """Every stable code stands in a document: those of plugins' faults for integrators, the others in the list of errors."""
    served = {*STATUSES} | codes_in_source(HTTP, "server/wangge_server/sign_in", "schema/wangge_schema/errors.py")
    faults = codes_in_source(FAULT, "core/wangge_core/plugin")
    codes = {ERRORS: {*MESSAGES, *ROW_MESSAGES} | codes_of_errors() | served, INTEGRATORS: faults - codes_of_errors()}
    for document, wanted in codes.items():
        text = read(document)
        yield from (f"{document}: the code `{code}` is missing." for code in sorted(wanted) if f"`{code}`" not in text)


def check_graphql(schema: GraphQLSchema) -> Iterator[str]:
    """Every block of GraphQL is a document that the committed schema accepts."""
    for path in documents():
        for number, block in enumerate(blocks(path.read_text(encoding="utf-8"), "graphql"), 1):
            try:
                errors = validate(schema, parse(block))
            except GraphQLError as error:
                errors = [error]
            yield from (f"{path.relative_to(ROOT)}: GraphQL block {number}: {error.message}" for error in errors)


def commands(text: str, program: str) -> Iterator[list[str]]:
    """The words after a program's name, in blocks of shell and between backticks."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()] + INLINE.findall(FENCE.sub("", text))
    for line in lines:
        if line.startswith(f"{program} "):
            yield shlex.split(line, comments=True)[1:]


def verb_of(words: list[str]) -> tuple[str, list[str]]:
    """The verb that a command line of `wangge` calls, and the words in it that the command does not know."""
    command: click.Command = wangge
    path, unknown, waiting = list[str](), list[str](), iter(words)
    for word in waiting:
        options = {name: option for option in command.params if isinstance(option, click.Option) for name in option.opts}
        if word.startswith("-") and word not in {"--help", "--version", "-h"}:
            if word not in options:
                unknown.append(word)
            elif not options[word].is_flag:
                next(waiting, None)
        elif isinstance(command, click.Group) and not word.startswith("-"):
            if word not in command.commands:
                return " ".join(path), [*unknown, word]
            command = command.commands[word]
            path.append(word)
    return " ".join(path), unknown


def verbs(group: click.Group, above: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        yield from verbs(command, f"{above}{name} ") if isinstance(command, click.Group) else [above + name]


def check_commands() -> Iterator[str]:
    """What documents call is there, and the README names every target and every verb."""
    targets = set(re.findall(r"^([a-z-]+):.*##", read("Makefile"), re.MULTILINE))
    called, used = set[str](), set[str]()
    for path in documents():
        text, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
        for words in commands(text, "make"):
            found = {word for word in words if re.fullmatch(r"[a-z-]+", word)}
            used |= found if name == README else set()
            yield from (f"{name}: there is no `make {target}`." for target in sorted(found - targets))
        for words in commands(text, "wangge"):
            verb, unknown = verb_of(words)
            called |= {verb} if name == README else set()
            yield from (f"{name}: `wangge {' '.join(words)}`: there is no {word}." for word in unknown)
    yield from (f"{README}: `make {target}` is missing." for target in sorted(targets - used))
    yield from (f"{README}: `wangge {verb}` is missing." for verb in verbs(wangge) if verb not in called)


def findings() -> Iterator[str]:
    """All that is wrong."""
    for check in (check_links, check_hooks, check_settings, check_codes, check_commands):
        yield from check()
    yield from check_graphql(build_schema(read("schema/schema.graphql")))


def main() -> int:
    found = list(findings())
    for finding in found:
        print(f"✗ {finding}")  # noqa: T201
    print(f"{len(found)} findings in the documents." if found else "The documents say what the code does.")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
