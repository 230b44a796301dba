"""Makes the virtual environment that every Makefile target works in. Needs nothing but a Python of 3.11 or later."""

import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)


def main(folder: str, constraints: str, *packages: str) -> None:
    if sys.version_info < OLDEST:
        sys.exit(
            f"Python {OLDEST[0]}.{OLDEST[1]} or later is needed; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11 …"
        )
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian leaves it out of python3
        import venv  # noqa: PLC0415
    except ImportError:
        sys.exit("This Python has no venv. On Debian and Ubuntu: apt-get install python3-venv")
    if not (Path(folder) / "bin" / "python").exists():
        print(f"Making {folder} with Python {sys.version.split()[0]} …", flush=True)  # noqa: T201
        venv.create(folder, with_pip=True)
    pip = [f"{folder}/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", constraints]
    run([*pip, "--upgrade", "pip"])
    print("Installing the packages …", flush=True)  # noqa: T201
    run([*pip, "--group", "dev", *(part for package in packages for part in ("-e", package))])


def run(command: list[str]) -> None:
    finished = subprocess.run(command, check=False)
    if finished.returncode:
        sys.exit(f"Failed: {' '.join(command)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
