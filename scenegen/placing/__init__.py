"""Placing: one file per kind of thing that a scene is assembled from."""
