"""Fixtures of the studies' tests."""

from studies import rendering

__all__ = ["rendering"]
