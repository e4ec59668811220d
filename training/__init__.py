"""Detectors trained on the datasets that scenegen renders."""
