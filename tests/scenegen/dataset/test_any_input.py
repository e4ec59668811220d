"""Readers of the generator's files, given files that anybody may have changed in any way."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutation import mutated
from scenegen_readers import READERS

from conf.errors import RunError, UserError


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=15)
@given(data=st.data())
def test_any_content_gives_a_valid_result_or_an_error_that_names_the_file(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    reader = READERS[name]
    root = tmp_path_factory.mktemp(name)
    reader.write(root)
    file: Path = root / reader.file
    content = reader.unpack(file.read_bytes())
    reader.read(root)
    file.write_bytes(reader.pack(mutated(content, lambda count: data.draw(st.integers(0, count - 1)))))
    try:
        reader.read(root)
    except (UserError, RunError) as error:
        assert str(root) in str(error)
