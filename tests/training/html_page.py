"""Reads a report's page as a browser would, as far as tests need it."""

from collections import Counter
from html.parser import HTMLParser

VOID = {"img", "link", "meta", "br", "col"}


class Page(HTMLParser):
    """Elements, ids and addresses of a page; fails where elements do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        named = dict(attrs)
        assert not any(name.startswith("on") for name in named)
        self.ids += [str(named["id"])] if "id" in named else []
        self.addresses += [str(named[key]) for key in ("src", "href", "xlink:href") if key in named]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data
