"""Unusable: a file of car models that no car can be made of."""


class Unusable(ValueError):
    """Says what is wrong with a file and what to do; who knows the file's name puts it in front."""
