"""Maps of a finer stride from a backbone's last stages: strides become dilation, weights stay."""

from torch import nn


def dilate(stage: nn.Module, stride: int, output_stride: int) -> None:
    """Let `stage`, whose input has `stride`, give a map of at most `output_stride`, in place.

    A convolution that would go beyond keeps the grid, and all after it are spread by the stride it lost
    ("à trous": arXiv 1605.06409, section 2; arXiv 1606.00915, section 3.1). Where the stage had a cell, the
    map has the same value as before, and between them those that were skipped; but for Squeeze-Excite, whose
    mean is then over more cells.
    """
    spread = 1
    for conv in [module for module in stage.modules() if isinstance(module, nn.Conv2d)]:
        conv.dilation = (spread, spread)
        conv.padding = tuple(spread * (size // 2) for size in conv.kernel_size)
        step = conv.stride[0]
        if stride * step > output_stride:
            conv.stride = (1, 1)
            spread *= step
        else:
            stride *= step
