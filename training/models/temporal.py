"""What remembers the last frame at stride 16: a learned merge, TSM's channel shift, a Bottleneck-LSTM.

Each is a module `cell(maps, state, first, blocks) -> (maps, state)`, in training and in streaming alike:

    maps    (N, C', h, w): N frames in order, the input of the backbone's blocks of stride 16
    state   (1, cell.state_channels, h, w): what is kept of the frame before the first; zeros before any frame
    first   N bools: frames that do not follow the one before (a cut, a clip's beginning, a still); nothing is
            remembered there, not even `state`
    blocks  those blocks, which the cell runs: their output is the last bottleneck of the stride, where
            channels are few (V2 96, V3-Large 112, V3-Small 48; V1, which has none, 512)

It gives the blocks' maps (N, C, h, w) with the memory in them, and the state after the last frame. What
follows, and its ImageNet weights, stays as it is.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from training.models.backbones import branch, out_channels
from training.models.settings import Temporal

SHIFTED = 8  # TSM: one in so many channels
HIDDEN = 2  # the bottleneck's channels to one of the LSTM: with as many it would cost more than 5 %
HIGHEST = 6.0  # of the LSTM's memory


class Merge(nn.Module):
    """The last frame's bottleneck beside this one's, and a 1x1 convolution back to as many channels.

    It starts as the plain network: the identity of this frame. What is kept is the bottleneck as the blocks
    gave it, not the merged one: a memory of one frame, which cannot build up over a long drive.
    """

    def __init__(self, blocks: nn.Sequential) -> None:
        super().__init__()
        self.state_channels = channels = out_channels(blocks)
        self.conv = nn.Conv2d(2 * channels, channels, 1, bias=False)
        nn.init.dirac_(self.conv.weight)  # the first half is this frame's

    def forward(
        self, maps: Tensor, state: Tensor, first: Sequence[bool], blocks: nn.Sequential
    ) -> tuple[Tensor, Tensor]:
        """See above."""
        maps = blocks(maps)
        return self.conv(torch.cat((maps, _before(maps, state, first)), dim=1)), maps[-1:]


class Shift(nn.Module):
    """Online TSM (Lin et al. 2019, arXiv 1811.08383): an eighth of the channels are the last frame's.

    No parameters and no multiply-adds. Its "residual shift": it stands in the branch of every block that has
    a shortcut, which keeps this frame whole. V1 has no shortcuts: there it stands before the last block.
    """

    def __init__(self, blocks: nn.Sequential) -> None:
        super().__init__()
        widths = [_shifted(block) for block in blocks]
        if not any(widths):
            widths[-1] = _channels_in(blocks[-1]) // SHIFTED
        self.widths = widths
        self.state_channels = sum(widths)

    def forward(
        self, maps: Tensor, state: Tensor, first: Sequence[bool], blocks: nn.Sequential
    ) -> tuple[Tensor, Tensor]:
        """See above; the state is the blocks' shifted channels, one after the other."""
        kept = []
        states = torch.split(state, self.widths, dim=1)
        for block, width, old in zip(blocks, self.widths, states, strict=True):
            if not width:
                maps = block(maps)
                continue
            now, rest = maps[:, :width], maps[:, width:]
            shifted = torch.cat((_before(now, old, first), rest), dim=1)
            maps = maps + branch(block)(shifted) if _has_shortcut(block) else block(shifted)
            kept.append(now[-1:])
        return maps, torch.cat(kept, dim=1)


class BottleneckLSTM(nn.Module):
    """Bottleneck-LSTM (Liu and Zhu 2018, arXiv 1711.06368, section 3.3): 3x3 depthwise separable, with ReLU.

    The gates share their depthwise convolution, and a 1x1 convolution, at first zero, adds the output to the
    bottleneck: so it starts as the plain network, which the paper's, whose output takes the map's place, does
    not. The memory is kept within 0 and 6: clips are short, and a drive is long.
    """

    def __init__(self, blocks: nn.Sequential) -> None:
        super().__init__()
        channels = out_channels(blocks)
        self.hidden = hidden = max(1, channels // HIDDEN)
        self.state_channels = 2 * hidden  # output and memory
        self.bottleneck = _separable(channels + hidden, hidden)
        self.gates = _separable(hidden, 4 * hidden)
        self.out = nn.Conv2d(hidden, channels, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.get_parameter("bias"))
        with torch.no_grad():  # the forget gates begin open
            self.gates[1].get_parameter("bias")[hidden : 2 * hidden] = 1

    def forward(
        self, maps: Tensor, state: Tensor, first: Sequence[bool], blocks: nn.Sequential
    ) -> tuple[Tensor, Tensor]:
        """See above."""
        maps = blocks(maps)
        zeros, after = torch.zeros_like(state[0]), {-1: state[0]}
        for frames in _by_place(first):
            before = torch.stack([zeros if first[at] else after[at - 1] for at in frames])
            after |= zip(frames, self._step(maps[frames], before), strict=True)
        states = torch.stack([after[at] for at in range(len(maps))])
        return maps + self.out(states[:, : self.hidden]), states[-1:]

    def _step(self, maps: Tensor, state: Tensor) -> Tensor:
        """The states (B, 2 hidden, h, w) after a frame of each of B clips."""
        output, memory = state.chunk(2, dim=1)
        narrow = self.bottleneck(torch.cat((maps, output), dim=1)).relu()
        enter, forget, leave, new = self.gates(narrow).chunk(4, dim=1)
        memory = forget.sigmoid() * memory + enter.sigmoid() * new.relu()
        memory = memory.clamp(max=HIGHEST)
        return torch.cat((leave.sigmoid() * memory, memory), dim=1)


CELLS: dict[Temporal, type[Merge | Shift | BottleneckLSTM]] = {
    "merge": Merge,
    "shift": Shift,
    "lstm": BottleneckLSTM,
}


def _before(maps: Tensor, state: Tensor, first: Sequence[bool]) -> Tensor:
    """For each frame what the one before it had there: zeros for those that follow on none."""
    before = torch.cat((state, maps[:-1]))
    if not any(first):
        return before
    cut = torch.tensor(first, device=maps.device).view(-1, 1, 1, 1)
    return before.masked_fill(cut, 0)


def _by_place(first: Sequence[bool]) -> list[list[int]]:
    """The frames of each place in their clips: all clips' firsts, then all seconds, and so on."""
    places: list[list[int]] = []
    place = -1
    for at, begins in enumerate(first):
        place = 0 if begins else place + 1
        if place == len(places):
            places.append([])
        places[place].append(at)
    return places


def _has_shortcut(block: nn.Module) -> bool:
    return bool(getattr(block, "use_res_connect", False))  # torchvision's, of V2 and V3


def _shifted(block: nn.Module) -> int:
    return _channels_in(block) // SHIFTED if _has_shortcut(block) else 0


def _channels_in(block: nn.Module) -> int:
    return next(module.in_channels for module in block.modules() if isinstance(module, nn.Conv2d))


def _separable(channels: int, out: int) -> nn.Sequential:
    """3x3 depthwise, then 1x1; without norms, whose statistics would differ from frame to frame.

    What goes in and comes out is about equally large (He et al. 2015, arXiv 1502.01852): PyTorch's own start
    takes a third of the variance at each convolution, and nothing of four in a row would be remembered.
    """
    convs = nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False), nn.Conv2d(channels, out, 1)
    )
    for conv in convs:
        nn.init.kaiming_normal_(conv.get_parameter("weight"), nonlinearity="linear")
    nn.init.zeros_(convs[1].get_parameter("bias"))
    return convs
