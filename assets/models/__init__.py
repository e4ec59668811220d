"""The user's own car models, read once into plain arrays."""
