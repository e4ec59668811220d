"""What the coordinator and a worker say to each other: JSON messages over a socket pair, never pickles."""

from multiprocessing.connection import Connection
from typing import TypeVar

import msgspec

from assets.library import Library
from assets.params import Params
from scenegen.config import RenderConfig

M = TypeVar("M")


class Setup(Params):
    """Coordinator → worker, first: the job. `threads` is the worker's share of the cores."""

    config: RenderConfig
    library: Library
    threads: int
    slot: int  # the worker's number, which chooses among several GPUs


class Render(Params):
    """Coordinator → worker: render and commit this frame. The connection's end means: exit."""

    frame: int


class Ready(Params, tag=True):
    """Worker → coordinator: set up, give me a frame."""

    gpus: int = 0  # that `renderer.device` means on this machine
    warnings: tuple[str, ...] = ()  # what the user should know of this machine


class Done(Params, tag=True):
    """Worker → coordinator: the frame is committed, give me the next one."""

    frame: int


class Failed(Params, tag=True):
    """Worker → coordinator: the frame failed, give me the next one."""

    frame: int
    error: str


class Stop(Params, tag=True):
    """Worker → coordinator: nothing I could be given will work; the job must end with this error."""

    error: str
    users_mistake: bool  # exit code 2 rather than 1


SETUP = msgspec.json.Decoder(Setup)
RENDER = msgspec.json.Decoder(Render)
REPORT: msgspec.json.Decoder[Ready | Done | Failed | Stop] = msgspec.json.Decoder(
    Ready | Done | Failed | Stop
)


def send(connection: Connection, message: Params) -> None:
    """Raises OSError where the other side is gone."""
    connection.send_bytes(msgspec.json.encode(message))


def receive(connection: Connection, decoder: msgspec.json.Decoder[M]) -> M:
    """The next message. Raises EOFError or ConnectionError where the other side is gone."""
    return decoder.decode(connection.recv_bytes())
