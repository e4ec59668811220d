"""The optimizer of a training, and how its learning rate goes."""

import math

from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import nn
from torch.optim import SGD, AdamW, Optimizer, RMSprop
from torch.optim.lr_scheduler import LambdaLR

from training.settings import TrainerConfig


def optimization(network: nn.Module, config: TrainerConfig, steps: int) -> OptimizerLRSchedulerConfig:
    """Of so many steps: the rate warms up linearly, then falls as `schedule` says to the last one."""
    optimizer = _optimizer(network, config)
    total = max(steps, 1)
    warmup = min(config.warmup_steps, total // 2)

    def rate(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        done = min((step - warmup) / max(total - warmup, 1), 1)
        return fallen(config.schedule, done, config.final_rate)

    return {
        "optimizer": optimizer,
        "lr_scheduler": {"scheduler": LambdaLR(optimizer, rate), "interval": "step"},
    }


def fallen(schedule: str, done: float, final: float) -> float:
    """The learning rate's factor, 1 at `done` = 0 and `final` at 1.

    cosine: half of one (arXiv 1608.03983, section 3). poly: a power of 0.9 (DeepLab, arXiv 1606.00915,
    section 4.1.1). exponential: the same factor each step, as TensorFlow's exponential_decay, continuous.
    """
    match schedule:
        case "poly":
            return final + (1 - final) * (1 - done) ** 0.9
        case "exponential":
            return final**done
        case _:
            return final + (1 - final) * (1 + math.cos(math.pi * done)) / 2


def _optimizer(detector: nn.Module, config: TrainerConfig) -> Optimizer:
    """Norms and biases are not decayed (He et al. 2019, 1812.01187, section 3.1)."""
    trained = [parameter for parameter in detector.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    match config.optimizer:
        case "adamw":
            return AdamW(groups, lr=config.learning_rate)
        case "sgd":
            return SGD(groups, lr=config.learning_rate, momentum=0.9)
        case "rmsprop":  # of the MobileNet papers: decay and momentum 0.9, epsilon 1
            return RMSprop(groups, lr=config.learning_rate, alpha=0.9, momentum=0.9, eps=1.0)
