"""Independent random streams, one per (seed, index, component, item), the same on every machine."""

from hashlib import blake2b

from assets.stream import Stream


def stream(seed: int, index: int, component: str, item: int = 0) -> Stream:
    """The generator of one component of one frame or clip.

    `item` separates the slots inside a component (the third car's paint), so that a draw added for one slot
    moves no other.
    """
    key = blake2b(f"{seed}/{index}/{component}/{item}".encode(), digest_size=16).digest()
    return Stream(int.from_bytes(key, "little"))
