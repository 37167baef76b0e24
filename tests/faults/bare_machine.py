"""A machine that has almost nothing: what the tests of `run` run it on."""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from places import ROOT

RUN = ROOT / "run"
PYTHON = getattr(sys, "_base_executable", sys.executable)
TOOLS = ("cat", "cksum", "dirname", "head", "mkdir", "printf", "readlink", "rm", "sed", "tail")
SETTING_UP = "pmtrend: setting up .venv (first use or changed requirements, about a minute) ...\n"
DISK = "/usr/share/python-wheels/pip-*.whl /usr/lib*/python3*/ensurepip/_bundled/pip-*.whl"

FAKE_PIP = r"""
import pathlib, sys, sysconfig, time, zipfile
arguments, venv = sys.argv[1:], pathlib.Path(sys.prefix)
project, modules = venv.parent, pathlib.Path(sysconfig.get_path("purelib"))
if "--version" in arguments:
    sys.exit(print("pip 99"))
with (project / "calls.log").open("a") as log:
    print(*arguments, file=log)
if (project / "fail").exists():
    print(*(f"line {number}" for number in range(1, 100)), sep="\n", flush=True)
    sys.exit("no matching distribution")
while "-r" in arguments and (project / "hold").exists():
    (project / "held").touch()
    time.sleep(0.02)
if arguments[-1].endswith(".whl"):
    zipfile.ZipFile(arguments[-1]).extractall(modules)
elif "-e" in arguments:
    assert pathlib.Path.cwd() == project, "'-e .' is meant for the checkout"
    show = "import os, sys; print(os.getcwd(), *sys.argv[1:], sep='|')"
    (modules / "pytest.py").write_text(show)
    for name in ("pmtrend", "ruff", "mypy", "lint-imports"):
        script = venv / "bin" / name
        script.write_text(f"#!/bin/sh\nexec '{venv}/bin/python' -c \"{show}\" \"$@\"\n")
        script.chmod(0o755)
"""


def executable(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


class Machine:
    """A folder of programs (all that PATH has), a folder of wheels, and a checkout."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.bin, self.wheels, self.elsewhere = folder / "bin", folder / "wheels", folder / "else where"
        for made in (self.bin, self.wheels, self.elsewhere):
            made.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, f"this machine has no {tool}"
            (self.bin / tool).symlink_to(found)
        self.environment = {"PATH": str(self.bin), "HOME": str(folder)}
        self.project = folder / "a check out"
        (self.project / "demo").mkdir(parents=True)
        (self.project / "demo" / "run.py").write_text("import os, sys; print(os.getcwd(), *sys.argv[1:])")
        (self.project / ".ci").mkdir()
        (self.project / ".ci" / "audit.py").write_text("import os; print(os.getcwd(), 'audit', sep='|')")
        (self.project / "pyproject.toml").write_text("[project]\n")
        self.wheel = self.fake_pip()
        self.pin(self.wheel)
        # The script looks for wheels in the folders of the distributions; here, in our own.
        text = RUN.read_text()
        assert text.count(DISK) == 1
        executable(self.project / "run", text.replace(DISK, f"'{self.wheels}'/pip-*.whl"))

    def fake_pip(self) -> Path:
        path = self.folder / "pip-99-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr("pip/__init__.py", "")
            wheel.writestr("pip/__main__.py", FAKE_PIP)
        return path

    def pin(self, wheel: Path) -> None:
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.project / "requirements.lock").write_text(
            f"other==1 \\\n    --hash=sha256:{'0' * 64}\npip==99 \\\n    --hash=sha256:{digest}\ntiny==1\n"
        )

    def with_python(self, name: str = "python3") -> "Machine":
        """Add a Python as Debian ships it: venv, but neither ensurepip nor pip."""
        executable(
            self.bin / name,
            f"""#!/bin/sh
case "$*" in
    *"-m venv"*--without-pip*) ;;
    *"-m venv"* | *"-m pip"* | *ensurepip*) echo "No module named ensurepip" >&2; exit 1 ;;
esac
exec '{PYTHON}' "$@"
""",
        )
        return self

    def with_wheel_on_disk(self) -> "Machine":
        shutil.copy(self.wheel, self.wheels)
        return self

    def start(self, *arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.project / "run"), *arguments],
            cwd=cwd or self.elsewhere,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **options: Any) -> tuple[int, str, str]:
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def calls(self) -> list[str]:
        """What the invented pip was asked to install."""
        log = self.project / "calls.log"
        return log.read_text().splitlines() if log.exists() else []
