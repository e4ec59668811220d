"""A network written as ONNX, and ONNX Runtime's outputs compared with PyTorch's."""

import warnings
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from conf.errors import RunError

OPSET = 18
TOLERANCE = 1e-4  # of an output; relative where it is beyond ±1
INPUT = "images"


def exported(
    network: nn.Module, inputs: Mapping[str, Tensor], outputs: Sequence[str], *, dynamic_batch: bool
) -> onnx.ModelProto:
    """The network in eval mode, traced on `inputs` by name; with `dynamic_batch` INPUT may hold any number.

    The exporter on torch.export, which needs onnxscript: the one on TorchScript is deprecated since PyTorch
    2.9, and writes the sums of TensorFlow's padding as hundreds of nodes. Seen with 2.11 and 2.15. Raises
    RunError where PyTorch cannot export it.
    """
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # about PyTorch's own insides
            program = torch.onnx.export(
                network.eval(),
                tuple(inputs.values()),
                dynamo=True,
                verbose=False,
                opset_version=OPSET,
                input_names=list(inputs),
                output_names=list(outputs),
                dynamic_shapes={INPUT: {0: torch.export.Dim("batch")}} if dynamic_batch else None,
            )
    except torch.onnx.OnnxExporterError as error:
        raise RunError(f"PyTorch {torch.__version__} cannot export this network: {error}") from error
    assert program is not None
    model = program.model_proto  # made anew by each access
    _strip(model)
    return model


def accepted(differences: Sequence[float]) -> float:
    """The largest. Raises RunError where that is above TOLERANCE, or not a number."""
    worst = float(np.max(differences))  # NaN if one is
    if not worst <= TOLERANCE:
        raise RunError(
            f"outputs of ONNX Runtime {onnxruntime.__version__} and PyTorch {torch.__version__} differ by "
            f"{worst:.2g}, more than {TOLERANCE:g}: nothing was written"
        )
    return worst


def difference(got: NDArray[np.float32], wanted: Tensor) -> float:
    """The largest of an output, relative where that is beyond ±1."""
    reference = wanted.numpy()
    return float((np.abs(got - reference) / np.maximum(1, np.abs(reference))).max())


def pictures(size: tuple[int, int], dynamic_batch: bool) -> Iterator[Tensor]:
    """Noise, black, white, and bright boxes on a slope: one by one and, where that can be, together."""
    generator = torch.Generator().manual_seed(0)
    height, width = size
    slope = torch.linspace(0, 0.6, height)[:, None] * torch.linspace(1, 0.2, width)
    boxes = slope.expand(3, height, width).clone()
    boxes[:, height // 3 : height // 2, width // 5 : width // 3] = torch.tensor([0.9, 0.1, 0.2])[
        :, None, None
    ]
    boxes[:, height // 2 :, width // 2 : -width // 8] += 0.3
    pictures = torch.stack(
        (torch.rand(3, *size, generator=generator), torch.zeros(3, *size), torch.ones(3, *size), boxes)
    )
    yield from torch.split(pictures, 1)
    if dynamic_batch:
        yield pictures


def _strip(model: onnx.ModelProto) -> None:
    """Remove the exporter's notes: as long as a small network, and full of the paths of this machine."""
    graph = model.graph
    for part in (
        model,
        graph,
        *graph.node,
        *graph.input,
        *graph.output,
        *graph.value_info,
        *graph.initializer,
    ):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
