"""What a loading process raises, as it was raised there."""

from collections.abc import Iterator
from contextlib import contextmanager

from conf.errors import UserError


@contextmanager
def plain_loader_errors() -> Iterator[None]:
    """A loading process's error arrives with its traceback as text: leave the message alone."""
    try:
        yield
    except UserError as error:
        text = str(error)
        if not text.startswith("Caught "):  # so PyTorch begins
            raise
        raise UserError(text.rpartition(f"{UserError.__name__}: ")[2].strip()) from None
