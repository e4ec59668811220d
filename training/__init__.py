"""Detectors trained on the datasets that scenegen renders."""

import os

# PyTorch's threads sleep while they wait for each other. As it comes they spin, and take the cores from the
# processes that read pictures (benchmarks/train_speed.py). Its OpenMP looks once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
