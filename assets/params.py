"""Frozen base of every parameter record: what a builder needs, and nothing random."""

from typing import dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True)  # msgspec's own leaves subclasses unfrozen
class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Immutable, hashable (a cache key), validated when decoded from JSON. Tuples, never lists, inside."""
