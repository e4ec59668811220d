"""A file changed as people and attackers change files, token by token; for fuzzing and Hypothesis alike."""

import re
from collections.abc import Callable

Choose = Callable[[int], int]  # gives a number below its argument

_TOKEN = re.compile(rb'"[^"\n]*"|[^\s,:\[\]{}"]+|\s+|.', re.DOTALL)
_EXTREMES = (
    b"0", b"-1", b"1", b"7", b"0.5", b"-0.0", b"1e308", b"-1e308", b"1e999", b"5e-324", b"nan", b"-inf",
    b"NaN", b".inf", b"9223372036854775808", b"-9223372036854775809", b"18446744073709551616", b"9" * 400,
    b"9" * 5000, b"1_000", "٣".encode(), "²".encode(), b"null", b"true", b"~", b'""', b'"x"', b'"\xff"',
    b'"../../etc/passwd"',
    b'"/etc/passwd"', b'"a\\u0000b"', b'"\\ud800"', b'"' + b"a" * 300 + b'"', b"\xff\xfe",
    b"\0", b"[]", b"{}", b"[[[]]]", b"[" * 2000, b"{" * 300, b"- " * 300, b"&a [*a]", b"<<: *a", b"!!bool x",
    b"!!python/object:os.system x", b"2020-99-99", b"0x", b"0o8", b"1:60", b"%", b"\t", b"\r",
    "\u2028".encode(), b"\n\n", b"",
)  # fmt: skip


def mutated(content: bytes, choose: Choose, other: bytes = b"") -> bytes:
    """`content` with up to three tokens replaced, taken away, doubled or exchanged with `other`'s."""
    tokens = _TOKEN.findall(content)
    others = _TOKEN.findall(other) or tokens
    for _ in range(1 + choose(3)):
        if not tokens:
            return _EXTREMES[choose(len(_EXTREMES))]
        place, way = choose(len(tokens)), choose(8)
        match way:
            case 0:
                del tokens[place]
            case 1:
                tokens.insert(place, tokens[choose(len(tokens))])
            case 2:
                tokens[place] = others[choose(len(others))]
            case 3:
                end = place + 1 + choose(40)
                tokens[place:end] = tokens[place:end] * 2
            case 4:
                tokens = tokens[:place]
            case _:
                tokens[place] = _EXTREMES[choose(len(_EXTREMES))]
    return b"".join(tokens)
