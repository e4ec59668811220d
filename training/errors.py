"""What is done about a picture that cannot be used: stop, or leave it out where the user asked for that."""

import warnings
from typing import Literal

from conf.errors import UserError

OnError = Literal["raise", "skip"]


def skip_or_raise(error: UserError, on_error: OnError) -> None:
    """Raises `error`, or with `on_error="skip"` warns that what it names is left out."""
    if on_error == "raise":
        raise error
    warnings.warn(f"left out: {error}", stacklevel=3)
