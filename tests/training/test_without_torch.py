"""What a command refuses, it refuses at once: torch, which takes seconds to load, comes after that."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
from conf.errors import UserError
from training.{command} import main
try:
    main(["no_such_key=1"])
except UserError as error:
    print(error)
    sys.exit("torch is loaded" if "torch" in sys.modules else 0)
"""


@pytest.mark.parametrize("command", ["pretrain", "finetune", "evaluate", "predict", "export"])
def test_settings_are_checked_before_torch_is_loaded(command: str) -> None:
    script = SCRIPT.format(command=command)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "no_such_key" in done.stdout
