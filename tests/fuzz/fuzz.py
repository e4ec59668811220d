"""Gives a reader of files any content, by atheris, which is none of our packages: `pip install atheris`.

    python tests/fuzz/fuzz.py target=NAME seconds=N [findings=FOLDER]

NAME is one of READERS in tests/training/training_readers.py or tests/scenegen/dataset/scenegen_readers.py:
a valid sample, with what must hold of whatever is returned. A reader may raise UserError or RunError that
name the file, and nothing else. Of each new kind of anything else, input and traceback go to FOLDER, and
fuzzing goes on.
"""

import contextlib
import random
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = map(str, (TESTS.parent, TESTS, TESTS / "training", TESTS / "scenegen" / "dataset"))

import atheris  # noqa: E402
from mutation import mutated  # noqa: E402

with atheris.instrument_imports(include=["assets", "conf", "randomizers", "scenegen", "training", "yaml"]):
    import scenegen_readers
    import training_readers

    from conf.errors import RunError, UserError

SLOWEST_S = 20
MEMORY_MB = 2048
READERS = {**scenegen_readers.READERS, **training_readers.READERS}


def main(target: str, seconds: int, findings: Path) -> None:
    """Fuzz one reader in a folder in memory."""
    reader = READERS[target]
    warnings.simplefilter("ignore")
    root = Path(tempfile.mkdtemp(prefix=f"fuzz-{target}-", dir="/dev/shm"))
    reader.write(root)
    file = root / reader.file
    sample = getattr(reader, "unpack", bytes)(file.read_bytes())
    corpus = Path(tempfile.mkdtemp(prefix=f"corpus-{target}-"))
    (corpus / "sample").write_bytes(sample)
    pack = getattr(reader, "pack", bytes)

    def try_one(data: bytes) -> None:
        file.write_bytes(pack(data))
        try:
            reader.read(root)
        except (UserError, RunError) as error:
            if str(root) not in str(error):
                keep(findings / target, data, error)
        except Exception as error:
            keep(findings / target, data, error)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.25:
            return atheris.Mutate(data, max_size)
        return mutated(data, chance.randrange, sample)[:max_size]

    limits = f"-timeout={SLOWEST_S}", f"-rss_limit_mb={MEMORY_MB}", f"-max_len={2 * len(sample) + 8192}"
    findings.mkdir(parents=True, exist_ok=True)
    ends = f"-max_total_time={seconds}", "-print_final_stats=1", f"-artifact_prefix={findings}/{target}-"
    atheris.Setup([sys.argv[0], *limits, *ends, str(corpus)], try_one, custom_mutator=mutate)
    atheris.Fuzz()


def keep(folder: Path, data: bytes, error: Exception) -> None:
    """Keep the first input of each kind of failure: by what was raised, and where."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    name = f"{type(error).__name__}-{Path(place.filename).stem}-{place.lineno}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("xb") as kept:
            kept.write(data)
        (folder / f"{name}.txt").write_text("".join(traceback.format_exception(error)))
        print(f"\nFINDING {folder / name}: {error!s:.200}", flush=True)


if __name__ == "__main__":
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    main(given["target"], int(given["seconds"]), Path(given.get("findings", "fuzz-findings")))
