"""Sign textures: the faces of traffic signs, drawn large and scaled down.

The drawings follow the Vienna Convention on Road Signs and Signals (1968) as Germany has it: red rims for
what is forbidden or dangerous, blue for what is required or offered. Symbols are simplified.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from assets.signs import BOARD_ASPECT, CATALOGUE, OUTLINES, Sign

Point = tuple[float, float]
Colour = tuple[int, int, int]

WHITE, BLACK, RED, BLUE = (236, 238, 236), (22, 22, 24), (186, 18, 26), (12, 72, 150)
YELLOW, GREY, GREEN = (248, 196, 24), (120, 124, 126), (0, 112, 84)
_SUPERSAMPLING = 4


class Pen:
    """Draws on a square canvas in unit coordinates, x to the right and y up."""

    def __init__(self, pixels: int, ground: Colour) -> None:
        self.pixels = pixels
        self.image = Image.new("RGB", (pixels, pixels), ground)
        self._draw = ImageDraw.Draw(self.image)

    def polygon(self, points: Sequence[Point] | NDArray[np.float64], fill: Colour) -> None:
        """A filled polygon."""
        self._draw.polygon([self._at(x, y) for x, y in points], fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """A filled circle."""
        (left, bottom), (right, top) = self._at(x - radius, y - radius), self._at(x + radius, y + radius)
        self._draw.ellipse((left, top, right, bottom), fill=fill)

    def line(self, points: Sequence[Point], width: float, fill: Colour) -> None:
        """A line with round joints and ends."""
        path = [self._at(x, y) for x, y in points]
        self._draw.line(path, fill=fill, width=round(width * self.pixels), joint="curve")
        for x, y in points:
            self.disc(x, y, width / 2, fill)

    def text(self, x: float, y: float, height: float, text: str, fill: Colour, fit: float = 1.0) -> None:
        """Bold text around (x, y), its capitals `height` high, smaller if it would be wider than `fit`."""
        size = height * self.pixels / 0.72
        while (font := ImageFont.load_default(size)).getlength(text) > fit * self.pixels:
            size *= 0.92
        self._draw.text(
            self._at(x, y), text, fill=fill, font=font, anchor="mm", stroke_width=round(size * 0.035)
        )

    def arrow(self, points: Sequence[Point], width: float, head: float, fill: Colour) -> None:
        """A line that ends in a triangle `head` wide and as long, beyond its last point."""
        self.line(points, width, fill)
        (x0, y0), (x1, y1) = points[-2:]
        length = float(np.hypot(x1 - x0, y1 - y0))
        u, v = (x1 - x0) / length * head, (y1 - y0) / length * head
        self.polygon([(x1 - v / 2, y1 + u / 2), (x1 + v / 2, y1 - u / 2), (x1 + 0.8 * u, y1 + 0.8 * v)], fill)

    def _at(self, x: float, y: float) -> Point:
        return x * self.pixels, (1 - y) * self.pixels


def sign_face(number: int, size: int) -> NDArray[np.float64]:
    """(size, size, 3) sRGB in [0, 1]: the sign of that number in `assets.signs.CATALOGUE`."""
    sign = CATALOGUE[number]
    pen = Pen(size * _SUPERSAMPLING, GREY)
    _PLATES[sign.outline](pen, sign)
    small = pen.image.resize((size, size), Image.Resampling.BOX)
    return np.asarray(small, np.float64) / 255


def _shrunk(sign: Sign, share: float) -> NDArray[np.float64]:
    """The plate's outline, towards its centroid."""
    outline = OUTLINES[sign.outline]
    centre = outline.mean(axis=0)
    return np.asarray(centre + share * (outline - centre))


def _round(pen: Pen, sign: Sign) -> None:
    blue = sign.symbol.startswith("go_") or sign.symbol in ("roundabout", "no_parking", "no_stopping")
    rim = WHITE if sign.symbol.startswith("go_") or sign.symbol == "roundabout" else RED
    if sign.symbol == "end_of_limits":
        rim = BLACK
    pen.disc(0.5, 0.5, 0.5, rim)
    inner = 0.475 if rim != RED else 0.39
    pen.disc(0.5, 0.5, inner, BLUE if blue else WHITE)
    _ROUND[sign.symbol](pen, sign)


def _limit(pen: Pen, sign: Sign) -> None:
    pen.text(0.5, 0.5, 0.4, sign.text, BLACK, fit=0.66)


def _no_entry(pen: Pen, sign: Sign) -> None:
    pen.disc(0.5, 0.5, 0.475, RED)
    pen.polygon([(0.14, 0.41), (0.86, 0.41), (0.86, 0.59), (0.14, 0.59)], WHITE)


def _no_parking(pen: Pen, sign: Sign) -> None:
    pen.line([(0.23, 0.77), (0.77, 0.23)], 0.1, RED)
    if sign.symbol == "no_stopping":
        pen.line([(0.23, 0.23), (0.77, 0.77)], 0.1, RED)


def _no_vehicles(pen: Pen, sign: Sign) -> None:
    """Nothing but the rim."""


def _end_of_limits(pen: Pen, sign: Sign) -> None:
    for offset in (-0.14, -0.07, 0.0, 0.07, 0.14):
        reach = 0.31 - abs(offset) * 0.35
        a, b = 0.5 + offset / 2, 0.5 - offset / 2
        pen.line([(a - reach, b - reach), (a + reach, b + reach)], 0.025, BLACK)


def _go(pen: Pen, sign: Sign) -> None:
    paths: dict[str, list[Point]] = {
        "go_straight": [(0.5, 0.2), (0.5, 0.62)],
        "go_left": [(0.68, 0.22), (0.68, 0.5), (0.42, 0.5)],
        "go_right": [(0.32, 0.22), (0.32, 0.5), (0.58, 0.5)],
        "go_past": [(0.3, 0.7), (0.58, 0.42)],
    }
    pen.arrow(paths[sign.symbol], 0.11, 0.28, WHITE)


def _roundabout(pen: Pen, sign: Sign) -> None:
    for start in (0.0, 2.094, 4.189):
        angle = start + np.linspace(0.0, 1.3, 10)
        path = [(0.5 + 0.25 * float(np.cos(a)), 0.5 + 0.25 * float(np.sin(a))) for a in angle]
        pen.arrow(path, 0.075, 0.2, WHITE)


def _triangle(pen: Pen, sign: Sign) -> None:
    pen.polygon(OUTLINES[sign.outline], RED)
    pen.polygon(_shrunk(sign, 0.72), WHITE)
    if sign.symbol != "give_way":
        _WARNINGS[sign.symbol](pen)


def _attention(pen: Pen) -> None:
    pen.polygon([(0.455, 0.62), (0.545, 0.62), (0.525, 0.36), (0.475, 0.36)], BLACK)
    pen.disc(0.5, 0.28, 0.045, BLACK)


def _crossroads(pen: Pen) -> None:
    pen.line([(0.5, 0.22), (0.5, 0.55)], 0.085, BLACK)
    pen.polygon([(0.4, 0.52), (0.6, 0.52), (0.5, 0.68)], BLACK)
    pen.line([(0.36, 0.36), (0.64, 0.36)], 0.045, BLACK)


def _bend(pen: Pen, way: int) -> None:
    path = [(0.5 + 0.06 * way, 0.21), (0.5 + 0.06 * way, 0.36), (0.5 - 0.04 * way, 0.48)]
    pen.arrow(path, 0.07, 0.16, BLACK)


def _bends(pen: Pen) -> None:
    pen.arrow([(0.5, 0.2), (0.5, 0.28), (0.43, 0.36), (0.52, 0.46), (0.5, 0.54)], 0.06, 0.13, BLACK)


def _children(pen: Pen) -> None:
    _figure(pen, 0.42, 0.23, 0.34)
    _figure(pen, 0.58, 0.23, 0.28)


def _figure(pen: Pen, x: float, y: float, tall: float, fill: Colour = BLACK) -> None:
    """A walking person, feet at y."""
    hip, neck, w = y + 0.45 * tall, y + 0.78 * tall, 0.13 * tall
    pen.disc(x, y + 0.9 * tall, 0.11 * tall, fill)
    pen.line([(x, neck), (x, hip)], 1.5 * w, fill)
    pen.line([(x - 0.2 * tall, y + 0.02), (x, hip), (x + 0.2 * tall, y + 0.02)], w, fill)
    pen.line([(x - 0.22 * tall, hip), (x, neck), (x + 0.22 * tall, hip + 0.02)], 0.7 * w, fill)


def _lights(pen: Pen) -> None:
    for y, colour in ((0.54, RED), (0.41, YELLOW), (0.28, GREEN)):
        pen.disc(0.5, y, 0.055, colour)


def _octagon(pen: Pen, sign: Sign) -> None:
    pen.polygon(OUTLINES["octagon"], WHITE)
    pen.polygon(_shrunk(sign, 0.94), RED)
    pen.text(0.5, 0.5, 0.3, "STOP", WHITE, fit=0.8)


def _diamond(pen: Pen, sign: Sign) -> None:
    pen.polygon(OUTLINES["diamond"], BLACK)
    pen.polygon(_shrunk(sign, 0.97), WHITE)
    pen.polygon(_shrunk(sign, 0.68), BLACK)
    pen.polygon(_shrunk(sign, 0.66), YELLOW)


def _square(pen: Pen, sign: Sign) -> None:
    pen.polygon(OUTLINES["square"], WHITE)
    pen.polygon(_shrunk(sign, 0.94), BLUE)
    match sign.symbol:
        case "parking":
            pen.text(0.5, 0.5, 0.6, "P", WHITE)
        case "crosswalk":
            pen.polygon([(0.14, 0.16), (0.86, 0.16), (0.5, 0.84)], WHITE)
            _figure(pen, 0.5, 0.22, 0.42)
        case "dead_end":
            pen.line([(0.5, 0.12), (0.5, 0.62)], 0.14, WHITE)
            pen.polygon([(0.2, 0.62), (0.8, 0.62), (0.8, 0.8), (0.2, 0.8)], RED)


def _board(pen: Pen, sign: Sign) -> None:
    dark = {"one_way": BLUE, "town": YELLOW}.get(
        sign.symbol, (BLUE, YELLOW, WHITE, GREEN)[len(sign.text) % 4]
    )
    ink = BLACK if dark in (YELLOW, WHITE) else WHITE
    pen.polygon(OUTLINES["board"], ink)
    pen.polygon(0.5 + (OUTLINES["board"] - 0.5) * [0.97, 0.93], dark)
    tall = BOARD_ASPECT
    match sign.symbol:
        case "one_way":
            pen.arrow([(0.14, 0.5), (0.72, 0.5)], 0.24 * tall, 0.6 * tall, WHITE)
        case "town":
            pen.text(0.5, 0.5, 0.34 * tall, sign.text, ink, fit=0.86)
        case "direction":
            pen.text(0.42, 0.5 + 0.18 * tall, 0.24 * tall, sign.text, ink, fit=0.62)
            pen.text(0.42, 0.5 - 0.22 * tall, 0.2 * tall, f"{len(sign.text) + 2} km", ink, fit=0.62)
            pen.arrow([(0.76, 0.5), (0.86, 0.5)], 0.16 * tall, 0.4 * tall, ink)


_PLATES: dict[str, Callable[[Pen, Sign], None]] = {
    "round": _round,
    "triangle": _triangle,
    "yield": _triangle,
    "octagon": _octagon,
    "diamond": _diamond,
    "square": _square,
    "board": _board,
}
_ROUND: dict[str, Callable[[Pen, Sign], None]] = {
    "limit": _limit,
    "no_entry": _no_entry,
    "no_parking": _no_parking,
    "no_stopping": _no_parking,
    "no_vehicles": _no_vehicles,
    "end_of_limits": _end_of_limits,
    "go_straight": _go,
    "go_left": _go,
    "go_right": _go,
    "go_past": _go,
    "roundabout": _roundabout,
}
_WARNINGS: dict[str, Callable[[Pen], None]] = {
    "attention": _attention,
    "crossroads": _crossroads,
    "bend_left": lambda pen: _bend(pen, 1),
    "bend_right": lambda pen: _bend(pen, -1),
    "bends": _bends,
    "children": _children,
    "pedestrian": lambda pen: _figure(pen, 0.5, 0.22, 0.4),
    "lights": _lights,
}
