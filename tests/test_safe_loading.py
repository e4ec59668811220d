"""No reader of ours can run what a file holds: held against the source itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_import_rules import names, parse, sources

PLACES = ("assets", "conf", "randomizers", "scenegen", "training", "benchmarks", "scripts")
RUNNING = {"eval", "exec", "compile", "__import__"}  # the built-in functions
PICKLES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
YAML = {  # the doors to PyYAML's loaders, and what is used there
    "conf/reading.py": {"yaml.SafeLoader", "yaml.load"},  # tests/test_reading.py tries it
    "training/study/plan.py": {"yaml.safe_load"},  # of what a command of ours prints
}


def unsafe(tree: ast.AST) -> Iterator[str]:
    """What in a source could run or unpack a file's content where it wants."""
    for node in ast.walk(tree):
        if what := unsafe_at(node):
            yield f"line {getattr(node, 'lineno', '?')}: {what}"


def unsafe_at(node: ast.AST) -> str | None:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in RUNNING:
            return f"{name}()"
        case ast.Attribute(value=ast.Name(id=module), attr=attribute) if module in PICKLES:
            return None if attribute == "UnpicklingError" else f"{module}.{attribute}"
        case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in PICKLES:
            return f"from {module}"
        case ast.Attribute(value=ast.Name(id="yaml"), attr=attribute) if "load" in attribute.lower():
            return f"yaml.{attribute}"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr="load"), keywords=given):
            return None if told(given, "weights_only", True) else "torch.load without weights_only=True"
        case ast.Call(func=ast.Attribute(attr="load_from_checkpoint"), keywords=given):
            return None if told(given, "weights_only", True) else "load_from_checkpoint without weights_only"
        case ast.Call(func=ast.Attribute(attr="fit"), keywords=given) if told(given, "ckpt_path"):
            return None if told(given, "weights_only", True) else "fit(ckpt_path=) without weights_only=True"
        case ast.keyword(arg="allow_pickle" | "shell", value=value) if not says(value, False):
            return f"{node.arg}="
        case ast.Attribute(value=ast.Name(id="os"), attr="system" | "popen"):
            return f"os.{node.attr}"
        case ast.Call(
            func=ast.Attribute(attr="extractall" | "extract" | "unpack_archive" as name), keywords=given
        ):
            return None if told(given, "filter") else f"{name} without filter"
        case ast.Call(func=ast.Name(id="Environment"), keywords=given):
            return None if told(given, "autoescape", True) else "Environment without autoescape=True"
        case ast.Call(func=ast.Name(id="Template")) | ast.Attribute(attr="from_string"):
            return "a template that is not escaped"
    return None


def told(given: list[ast.keyword], name: str, value: object = None) -> bool:
    """Whether a keyword is given, and where a value is asked for, that very one."""
    return any(each.arg == name and (value is None or says(each.value, value)) for each in given)


def says(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


@pytest.mark.parametrize("path", sources(*PLACES), ids=names)
def test_nothing_that_a_file_holds_is_run(path: Path) -> None:
    found = {what.partition(": ")[2] for what in unsafe(parse(path))}
    assert found == YAML.get(names(path), set())


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "exec(text)",
        "import pickle\npickle.load(file)",
        "from pickle import loads",
        "yaml.load(text, yaml.Loader)",
        "yaml.safe_load(text)",
        "yaml.unsafe_load(text)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "Module.load_from_checkpoint(path)",
        "trainer.fit(module, ckpt_path=path)",
        "np.load(path, allow_pickle=True)",
        "subprocess.run(command, shell=True)",
        "os.system(command)",
        "archive.extractall(folder)",
        "Environment(loader=loader)",
        "Environment(loader=loader, autoescape=False)",
        "Template(text).render()",
    ],
)
def test_the_scan_sees_what_is_unsafe(source: str) -> None:
    assert list(unsafe(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "model.eval()",
        "except pickle.UnpicklingError: pass".replace("except", "try: f()\nexcept"),
        "torch.load(path, weights_only=True)",
        "trainer.fit(module, ckpt_path=path, weights_only=True)",
        "np.load(path)",
        "Environment(loader=loader, autoescape=True)",
        "yaml.safe_dump(content)",
        "re.compile(text)",
    ],
)
def test_the_scan_lets_what_is_safe_pass(source: str) -> None:
    assert not list(unsafe(ast.parse(source)))
