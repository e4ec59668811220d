"""Steps as jobs of Hydra's launchers: `launch.py --multirun +job=FILE +step=ID,ID …`."""

import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parents[2]
    sys.path[:] = [
        str(ROOT),
        *(entry for entry in sys.path if Path(entry).resolve() != Path(__file__).parent),
    ]

import hydra
import msgspec
from omegaconf import DictConfig

from training.study.step import Job, run_step


@hydra.main(version_base=None, config_path=None)
def main(config: DictConfig) -> None:
    """Run the step that `config.step` names, of the job that lies in `config.job`."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # submitit has put its own in place
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    run_step(msgspec.json.decode(Path(config.job).read_bytes(), type=Job), config.step)


if __name__ == "__main__":
    main()
