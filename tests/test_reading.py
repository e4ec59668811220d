"""YAML of anybody's: what is plain is read, what would run, grow or crash is an error that names the file."""

import time
from pathlib import Path

import pytest

from conf.errors import UserError
from conf.reading import read_yaml

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join(9 * [f'*a{n - 1}'])}]\n" for n in range(1, 12)
)
MERGED = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join(9 * [f'*a{n - 1}'])}]}}\n" for n in range(1, 12)
)


def test_plain_yaml_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [1, 2.5, {b: ö}]\nc: ~\n", encoding="utf-8")
    assert read_yaml(tmp_path / "a.yaml") == {"a": [1, 2.5, {"b": "ö"}], "c": None}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: &b 2\nc: *b", r", line 3 is not YAML: the alias \*b is not read"),
        (LAUGHS, r", line 2 is not YAML: the alias \*a0 is not read"),
        (MERGED, r", line 2 is not YAML: the alias \*a0 is not read"),
        ("[" * 100_000, r", line 1 is not YAML: more than 32 levels"),
        ("- " * 100_000, r", line 1 is not YAML: more than 32 levels"),
        (
            "a: !!python/object/apply:os.system [x]",
            r", line 1 is not YAML: could not determine a constructor",
        ),
        ('a: "\\ud800"', r" is not YAML: .*surrogates"),
        ("a: !!bool x", r" is not YAML: 'x'"),
        ("a: !!timestamp x", r" is not YAML: "),
        ("a: 2020-99-99", r" is not YAML: month must be in 1..12"),
        (f"a: {'9' * 5000}", r" is not YAML: Exceeds the limit"),
        ("a: [", r", line 1 is not YAML: "),
        ("\0", r" is not YAML: unacceptable character"),
    ],
    ids=range(13),
)
def test_what_is_not_plain_is_an_error_that_names_the_file(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    began = time.process_time()
    with pytest.raises(UserError, match=r"a\.yaml" + told):
        read_yaml(tmp_path / "a.yaml")
    assert time.process_time() - began < 10


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read .*a\.yaml: No such file"):
        read_yaml(tmp_path / "a.yaml")
