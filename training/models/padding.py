"""TensorFlow's padding of strided convolutions, which weights trained there expect."""

import torch.nn.functional as F
from torch import Tensor, nn


class SamePadConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow's SAME: for an even input one pixel more after than before."""

    def forward(self, images: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C', ceil(H / stride), ceil(W / stride))."""
        height, width = (
            _total(size, (kernel - 1) * spread + 1, stride)
            for size, kernel, spread, stride in zip(
                images.shape[-2:], self.kernel_size, self.dilation, self.stride, strict=True
            )
        )
        sides = (width // 2, width - width // 2, height // 2, height - height // 2)
        return F.conv2d(
            F.pad(images, sides), self.weight, self.bias, self.stride, 0, self.dilation, self.groups
        )


def _total(size: int, kernel: int, stride: int) -> int:
    """Pixels added on both sides together, so that ceil(size / stride) windows fit."""
    return max((-(-size // stride) - 1) * stride + kernel - size, 0)


def use_tensorflow_padding(network: nn.Module) -> None:
    """Replace the strided convolutions of a network, in place; keys and weights stay."""
    for name, child in network.named_children():
        if isinstance(child, nn.Conv2d) and child.stride != (1, 1):
            setattr(network, name, _same_padded(child))
        else:
            use_tensorflow_padding(child)


def _same_padded(conv: nn.Conv2d) -> SamePadConv2d:
    (kernel_height, kernel_width), (stride_down, stride_across) = conv.kernel_size, conv.stride
    new = SamePadConv2d(
        conv.in_channels,
        conv.out_channels,
        (kernel_height, kernel_width),
        (stride_down, stride_across),
        groups=conv.groups,
        bias=conv.bias is not None,
    )
    new.weight, new.bias = conv.weight, conv.bias
    return new
