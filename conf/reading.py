"""JSON and YAML that may come from anybody: what is raised where it is neither, and no YAML that grows."""

from pathlib import Path
from typing import Any

import msgspec
import yaml

from conf.errors import UserError

# What msgspec raises for a file that is no JSON of the type: its own error, that of a string which is no
# UTF-8, and Python's of nesting without end.
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

# What PyYAML's safe constructors raise, besides YAMLError, for tagged or endless values such as `!!bool x`.
_NOT_YAML = (ValueError, RecursionError, LookupError, AttributeError, TypeError, OverflowError)

DEEPEST_YAML = 32  # levels; ours have six. The more brackets are open, the longer PyYAML takes for each word
_TOO_DEEP = f"more than {DEEPEST_YAML} levels one in the other"


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Without aliases: a dozen lines of them can stand for gigabytes, and no file of ours has one."""

    _depth = 0

    def fetch_flow_collection_start(self, kind: Any) -> None:
        """An opening bracket: PyYAML looks at a thousand of them before it composes the first."""
        if self.flow_level == DEEPEST_YAML:
            raise yaml.scanner.ScannerError(None, None, _TOO_DEEP, self.get_mark())
        super().fetch_flow_collection_start(kind)

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            told = f"the alias *{event.anchor} is not read: write out what it stands for"
            raise yaml.composer.ComposerError(None, None, told, event.start_mark)
        if self._depth == DEEPEST_YAML:
            raise yaml.composer.ComposerError(None, None, _TOO_DEEP, event.start_mark)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        if isinstance(node, yaml.ScalarNode):
            node.value.encode()  # "\\ud800" is half a letter, which no file can hold
        return node


def read_yaml(path: Path) -> Any:
    """What a YAML file holds. Raises UserError naming it, and the line that is no YAML."""
    try:
        return yaml.load(path.read_bytes(), _Loader)
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from error
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UserError(f"{path}{line} is not YAML: {error.problem}") from error
    except (yaml.YAMLError, *_NOT_YAML) as error:
        reason = str(error).splitlines() or [type(error).__name__]
        raise UserError(f"{path} is not YAML: {reason[0]}") from error
