"""The two ways a command ends badly: the user's mistake (exit code 2) and a failure (exit code 1)."""


class UserError(Exception):
    """Wrong input: the message names the file, key or line and says what to do. Exit code 2."""


class RunError(Exception):
    """Something failed while running: the message says what, where and what to do. Exit code 1."""
