"""Tests of training need torch: not collected where it isn't installed."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") else ["*"]
