"""`--help` of the commands: every key with its default, what it is for and what it allows."""

from typing import Any

from conf.compose import Command, flatten
from conf.helptext import choices, own_comments, own_keys, table

_USAGE = {
    "pretrain": """\
Trains a detector on rendered pictures. The same command again goes on with a run that was stopped.

  python training/pretrain.py randomizer=no_texture                        reads data/no_texture
  python training/pretrain.py data.root=data/full model=ssdlite_mobilenet_v3_large trainer.max_epochs=20
  python training/pretrain.py randomizer=full render=true data.limit=2000  renders 2,000 frames first
  python training/pretrain.py data.root=/data/vkitti2 kitti.root=/data/kitti
  python training/pretrain.py data.root=data/streets model=lraspp_mobilenet_v3_large    a segmenter
""",
    "finetune": """\
Trains a pretrained detector, or without checkpoint a new one, on KITTI. The same command again goes on.

  python training/finetune.py checkpoint=runs/full/ssdlite_mobilenet_v3_large/best.ckpt kitti.root=/data/kitti
  python training/finetune.py checkpoint=… n_real=200 model.freeze=backbone
  python training/finetune.py checkpoint=… replay.share=0.3 replay.root=data/full
  python training/finetune.py model=ssdlite_mobilenet_v2 out=runs/real_only trainer.learning_rate=0.002
""",
    "evaluate": """\
Measures a checkpoint, or anyone's detections, on KITTI: by KITTI's protocol, the DR paper's and COCO's; or on
data.root, the held-out clips of a rendered dataset for one. A segmenter is measured there by its IoU.

  python training/evaluate.py checkpoint=runs/…/best.ckpt kitti.root=/data/kitti split=val
  python training/evaluate.py checkpoint=… split=my_drives.txt adapt=train
  python training/evaluate.py detections=FOLDER_OR_JSON kitti.root=/data/kitti split=val
  python training/evaluate.py checkpoint=… data.root=data/full data.held_out=0.05
""",
    "predict": """\
Finds cars in pictures: draws them, and writes COCO results.

  python training/predict.py checkpoint=runs/…/best.ckpt source=street.jpg
  python training/predict.py checkpoint=… source=FOLDER out=predictions threshold=0.4
  python training/predict.py checkpoint=… source=drive.mp4
""",
    "export": """\
Writes a detector's network as ONNX, checked against PyTorch; training/decode.py turns its output into boxes.

  python training/export.py checkpoint=runs/…/best.ckpt format=onnx
""",
    "ablate": """\
Renders, trains and measures the arms of a study, each step once, and writes a report of their differences.
The same command again goes on where it was stopped.

  python training/ablate.py                                   the default study, sized for one GPU
  python training/ablate.py study=quick                       2 cores, about an hour
  python training/ablate.py dry_run=true                      the plan, with an estimate of time and disk
  python training/ablate.py arms=[full,no_texture] seeds=[0,1,2] n=10000 model=ssd_mobilenet_v2
  python training/ablate.py study=quick pretrain.trainer.max_epochs=30 render.renderer.samples=8
  python training/ablate.py hydra/launcher=submitit_slurm hydra.launcher.timeout_min=600

STEP.KEY=VALUE, with STEP one of render, pretrain, finetune and evaluate, is a key of that command, for all
arms; model=NAME and model.KEY=VALUE are the detector's. hydra/… and hydra.… choose how steps reach a cluster.
""",
}
_NOT_GIVEN = ("study",)  # what a study is, its file says
_EXIT_CODES = """\
Exit codes
  0  done
  1  something failed
  2  the command, or what it was given to read, is wrong
  130  interrupted with Ctrl-C"""


def asks_for_help(arguments: list[str]) -> bool:
    """Whether -h or --help is among the arguments."""
    return bool({"-h", "--help"} & set(arguments))


def print_help(command: Command[Any]) -> int:
    """Print the page about a command. Returns exit code 0."""
    config = command.defaults()
    there = flatten(config)  # a model's file leaves out what does not concern its head
    own = [key for key in own_keys(command, _NOT_GIVEN) if key in there]
    keys = table(command.settings, own, config, own_comments(command, config))
    groups = [choices(command)] if command.options() else []
    told = "\n".join(["Keys, with their defaults", *keys]) + "\n"
    print("\n".join([_USAGE[command.name], *groups, told, _EXIT_CODES]))
    return 0
