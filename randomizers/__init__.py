"""Randomizers: from a config, a seed and an index to a SceneSpec, one independent stream per component."""
