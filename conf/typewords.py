"""Config types in words: what `--help` prints for a key and what an error message says is allowed."""

from collections.abc import Iterator
from functools import cache

import msgspec
from msgspec import inspect


@cache
def _type_info(struct: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(struct)


def leaves(struct: type[msgspec.Struct], prefix: str = "") -> dict[str, inspect.Type]:
    """Dotted key → type of every value that a config of type `struct` holds, in the order of its fields."""
    return dict(_leaves(_type_info(struct), prefix))


def type_at(struct: type[msgspec.Struct], key: str) -> inspect.Type:
    """The type that stands at a dotted key, also inside mappings. Raises KeyError where there is none."""
    kind = _type_info(struct)
    for part in key.split("."):
        if isinstance(kind, inspect.DictType):
            kind = kind.value_type
        elif isinstance(kind := _record(kind), inspect.StructType):
            kind = {field.encode_name: field.type for field in kind.fields}[part]
        else:
            raise KeyError(key)
    return kind


def _record(kind: inspect.Type) -> inspect.Type:
    """A record that may be null as the record."""
    if isinstance(kind, inspect.UnionType):
        records = [member for member in kind.types if isinstance(member, inspect.StructType)]
        return records[0] if records else kind
    return kind


def _leaves(kind: inspect.Type, prefix: str) -> Iterator[tuple[str, inspect.Type]]:
    if not isinstance(kind, inspect.StructType) or kind.array_like:
        yield prefix.removesuffix("."), kind
        return
    for field in kind.fields:
        yield from _leaves(field.type, f"{prefix}{field.encode_name}.")


def is_text(kind: inspect.Type) -> bool:
    """Whether the key takes free text (a path), with or without null."""
    members = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return any(isinstance(member, inspect.StrType) for member in members)


def is_mapping(kind: object) -> bool:
    """Whether a field's annotated type is a record of its own, as a config group's is."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def allowed(kind: inspect.Type) -> str:
    """The values a type allows, e.g. 'an integer, 1 or more, or auto'."""
    match kind:
        case inspect.IntType():
            return "an integer" + _bounds(kind)
        case inspect.FloatType():
            return "a number" + _bounds(kind)
        case inspect.BoolType():
            return "true or false"
        case inspect.StrType():
            return "text"
        case inspect.NoneType():
            return "null"
        case inspect.LiteralType():
            return _alternatives([_scalar(value) for value in kind.values])
        case inspect.UnionType():
            return _alternatives([allowed(member) for member in _words_last(kind.types)])
        case inspect.VarTupleType() | inspect.ListType():
            return f"a list [...] of {_plural(kind.item_type)}"
        case inspect.TupleType():
            return "[" + ", ".join(allowed(item) for item in kind.item_types) + "]"
        case inspect.DictType():
            return f"a mapping of {allowed(kind.key_type)} to {allowed(kind.value_type)}"
        case inspect.StructType(array_like=True):
            return "[" + ", ".join(field.encode_name for field in kind.fields) + "], " + _each(kind)
        case inspect.StructType():
            return "a mapping of " + ", ".join(field.encode_name for field in kind.fields)
        case _:
            return type(kind).__name__.removesuffix("Type").lower()


def _each(kind: inspect.StructType) -> str:
    words = list(dict.fromkeys(allowed(field.type) for field in kind.fields))
    return f"each {words[0]}" if len(words) == 1 else ", ".join(words)


def _bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    if kind.ge is not None and kind.le is not None:
        return f" from {kind.ge:g} to {kind.le:g}"
    words = f", {kind.ge:g} or more" if kind.ge is not None else ""
    words += f" above {kind.gt:g}" if kind.gt is not None else ""
    words += f", {kind.le:g} or less" if kind.le is not None else ""
    return words


def _plural(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.IntType):
        return "integers" + _bounds(kind)
    if isinstance(kind, inspect.FloatType):
        return "numbers" + _bounds(kind)
    return allowed(kind)


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _words_last(kinds: tuple[inspect.Type, ...]) -> list[inspect.Type]:
    """Ranges, then words, then null, as in 'an integer, 1 or more, or auto'."""
    return sorted(
        kinds, key=lambda kind: (isinstance(kind, inspect.NoneType), isinstance(kind, inspect.LiteralType))
    )


def _alternatives(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    comma = "," if len(words) == 2 and "," in words[0] else ""
    return ", ".join(words[:-1]) + f"{comma} or {words[-1]}"
