"""Words from outside in the gallery: a browser shows them and runs none of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hostile_words import WORDS, escapes_in
from test_gallery_page import Page

from scenegen.dataset.specs import read_specs, write_specs
from scenegen.dataset.store import FrameStore
from scenegen.gallery.build import build_gallery

FOLDER = "".join(word for word in WORDS if "/" not in word)  # which no folder's name holds


@pytest.mark.chromium
def test_no_word_of_a_dataset_is_run(make_dataset: Callable[..., Path], tmp_path: Path, browser: Any) -> None:
    root = make_dataset([0, 1, 2], cars=lambda _: len(WORDS)).rename(tmp_path / FOLDER)
    store = FrameStore(root)
    for frame in store.committed():
        record = store.read(frame)
        users = tuple(
            msgspec.structs.replace(user, style=word, model_id=word)
            for user, word in zip(record.annotations, WORDS, strict=True)
        )
        store.commit(msgspec.structs.replace(record, recipe=WORDS[frame], annotations=users), {})
    write_specs(root, [with_words(spec) for spec in list(read_specs(root))])
    build_gallery(root)
    text = (root / "gallery" / "index.html").read_text("utf-8")
    page = Page(browser, without_policy(root / "gallery" / "index.html", text))
    for layer in ("label", "cuboid", "mask"):
        page.toggle(layer)
    page.filter(style=WORDS[0])
    page.wait("document.querySelectorAll('.card').length === 3")
    page.do("document.querySelector('.card').click()")
    page.wait("document.querySelector('#viewer').open")
    page.do("document.querySelectorAll('#viewer details').forEach((section) => (section.open = true))")
    assert page.text("h1") == FOLDER
    for word in WORDS:
        assert word in page.do("return document.querySelector('#viewer').textContent")
    assert escapes_in(browser) == []


def with_words(spec: Any) -> Any:
    """The spec, with words where it names files of the user's."""
    sky = msgspec.structs.replace(spec.lighting.sky, panorama="".join(WORDS))
    return msgspec.structs.replace(spec, lighting=msgspec.structs.replace(spec.lighting, sky=sky))


def without_policy(path: Path, text: str) -> Path:
    """The page without the policy that would stop a script which the page itself lets through."""
    assert text.count('<meta http-equiv="Content-Security-Policy"') == 1
    path.write_text(text.replace("Content-Security-Policy", "X-None"), encoding="utf-8")
    return path


def test_facets_and_records_are_scripts_without_any_word(make_dataset: Callable[..., Path]) -> None:
    """Base64 between two quotes: whatever the words are, they can end neither the string nor the script."""
    root = make_dataset([1], style=lambda _: "".join(WORDS))
    build_gallery(root)
    files = sorted((root / "gallery" / "data").rglob("*.js"))
    assert len(files) == 3
    for file in files:
        name, _, packed = file.read_text("ascii").removeprefix('receive("').partition('", "')
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789/")
        assert (
            packed.endswith('");\n') and packed[:-4].rstrip("=").replace("+", "a").replace("/", "a").isalnum()
        )
