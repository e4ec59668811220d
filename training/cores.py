"""How many CPU cores this process may use."""

import os


def usable_cores() -> int:
    """All of the machine's, or those that it was confined to."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
