"""The user's own car models: found, imported once in a process of their own, listed in a manifest."""
