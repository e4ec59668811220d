"""From `key=value` to a command's checked settings: Hydra composes conf/, msgspec holds them to a type."""

import difflib
import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import msgspec
from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import OmegaConf

from conf.errors import UserError
from conf.typewords import allowed, is_mapping, is_text, type_at

CONF = Path(__file__).resolve().parent

S = TypeVar("S", bound=msgspec.Struct)


@dataclass(frozen=True)
class Command(Generic[S]):
    """A program's settings: conf/`name`.yaml holds their defaults, `settings` is their type."""

    name: str
    settings: type[S]

    def compose(self, overrides: Sequence[str]) -> S:
        """The settings with `overrides` applied.

        Hydra chooses among the config groups, and values follow its grammar; but the value of a key that
        takes free text (a path) is taken literally, so that no character in it needs quoting.

        Raises UserError naming the key, the value and what is allowed.
        """
        given = _split(overrides)
        options = self.options()
        groups = [key for key in given if key in options]
        for group in groups:
            _check_option(group, given[group], options[group])
        config = self._load([f"{group}={given[group]}" for group in groups], resolve=True)
        values = {key: value for key, value in given.items() if key not in groups}
        for key in values:
            _check_key(key, config, options)
        for key, value in values.items():
            _assign(config, key, self._parse(key, value))
        return self._convert(config, values)

    def defaults(self, groups: Sequence[str] = ()) -> dict[str, Any]:
        """The settings with no override but `group=name`, as plain data with interpolations unresolved."""
        return self._load(list(groups), resolve=False)

    def options(self) -> dict[str, list[str]]:
        """Config group → the names it can be set to (`randomizer=NAME`)."""
        fields = msgspec.structs.fields(self.settings)
        groups = sorted(
            field.name for field in fields if is_mapping(field.type) and (CONF / field.name).is_dir()
        )
        return {group: sorted(path.stem for path in (CONF / group).glob("*.yaml")) for group in groups}

    def _load(self, overrides: list[str], resolve: bool) -> dict[str, Any]:
        return deepcopy(_composed(self.name, tuple(overrides), resolve))

    def _parse(self, key: str, text: str) -> Any:
        if is_text(type_at(self.settings, key)):
            return None if text == "null" else text
        try:
            parsed = OverridesParser.create().parse_override(f"{key}={text}")
        except HydraException as error:
            raise UserError(f"{key}={text}: not a value; {self._must_be(key)}") from error
        if parsed.is_sweep_override():
            raise UserError(
                f"{key}={text}: one value is wanted, and a list stands in brackets: {key}=[{text}]"
            )
        return parsed.value()

    def _convert(self, composed: dict[str, Any], given: Iterable[str]) -> S:
        for key, value in flatten(composed).items():
            if value == "???":  # OmegaConf's sign of a value that must be given
                raise UserError(f"{key} is not set: give {key}=…; --help says what it is")
        try:
            return msgspec.convert(composed, self.settings)
        except msgspec.ValidationError as error:
            raise UserError(self._explain(str(error), composed, given)) from error

    def _explain(self, message: str, composed: dict[str, Any], given: Iterable[str]) -> str:
        """msgspec's message with the key and value in the user's own terms."""
        reason, _, path = message.partition(" - at `$")
        # Of an item's place in a list the list was given; [...] is msgspec's word for any key of a mapping.
        path = re.sub(r"\[\d.*", "", path.strip("`."))
        pattern = re.escape(path).replace(re.escape("[...]"), r"\.[^.]+")
        key = next((key for key in given if re.fullmatch(pattern, key)), path)
        if not key:
            return reason
        value = value_at(composed, key)
        if isinstance(value, dict):
            return f"{key}: {reason}"
        wrong_type = reason.startswith(("Expected ", "Invalid enum value"))
        return f"{key}={written(value)}: {self._must_be(key) if wrong_type else reason}"

    def _must_be(self, key: str) -> str:
        return f"{key} must be {allowed(type_at(self.settings, key))}"


@cache
def _composed(name: str, overrides: tuple[str, ...], resolve: bool) -> dict[str, Any]:
    """Hydra's composition; a study asks for few of them, and often."""
    with initialize_config_dir(config_dir=str(CONF), version_base=None):
        composed = hydra_compose(name, list(overrides))
    return cast(dict[str, Any], OmegaConf.to_container(composed, resolve=resolve))


def _split(overrides: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][\w.]*", key):
            raise UserError(f"{override!r}: write key=value, e.g. n=100; --help lists the keys")
        if key in given:
            raise UserError(f"{key} is given twice: {key}={given[key]} and {override}")
        given[key] = value
    return given


def _check_option(group: str, name: str, names: Sequence[str]) -> None:
    if name not in names:
        raise UserError(
            f"{group}={name}: no such {group}{suggest(name, names)}; there are {', '.join(names)}"
        )


def _check_key(key: str, config: dict[str, Any], options: dict[str, list[str]]) -> None:
    group, _, rest = key.rpartition(".")
    if group in options and rest == "name":
        raise UserError(f"{key} is not set by itself: {group}=NAME, with {', '.join(options[group])}")
    known = flatten(config)
    if key in known:
        return
    children = sorted(name for name in known if name.startswith(f"{key}."))
    if children:
        raise UserError(f"{key}: set one of its keys, e.g. {children[0]}=…; there are {', '.join(children)}")
    raise UserError(f"{key}: no such key{suggest(key, [*known, *options])}; --help lists the keys")


def suggest(word: str, known: Iterable[str]) -> str:
    """', did you mean …?' by the whole dotted key, else by its last part anywhere in the config."""
    known = sorted(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.75)
    if not close:
        last = word.rpartition(".")[2]
        close = [key for key in known if key.rpartition(".")[2] == last][:3]
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def _assign(config: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        config = config[parent]
    config[last] = value


def flatten(config: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted key → value of everything that can be set."""
    found: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, dict) and value:
            found |= flatten(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def value_at(config: dict[str, Any], key: str) -> Any:
    """The value at a dotted key, or the innermost mapping above it where the key is not there."""
    value: Any = config
    for part in key.split("."):
        if part not in value:
            break
        value = value[part]
    return value


def written(value: Any) -> str:
    """The value as one would write it on the command line."""
    if isinstance(value, list):
        return "[" + ",".join(written(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{written(item)}" for name, item in value.items()) + "}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
