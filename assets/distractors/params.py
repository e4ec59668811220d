"""DistractorParams: one flying or standing object that is not a car."""

from typing import Literal

from assets.params import Params

Kind = Literal["cone", "pyramid", "sphere", "cylinder", "torus", "arrow", "pedestrian", "tree", "box"]


class DistractorParams(Params, tag="distractor"):
    """A shape of unit size: its largest extent is 1 m; the instance's matrix scales it.

    aspect: width over height of the shape (each kind clips it to what makes sense).
    arc_deg: how much of a torus there is (a partial toroid), in (0, 360].
    seed: variation inside a kind (a pedestrian's pose, a tree's crown).
    """

    kind: Kind
    aspect: float = 1.0
    arc_deg: float = 360.0
    seed: int = 0
