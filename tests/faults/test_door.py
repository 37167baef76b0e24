"""`run`, the door, on machines that lack this or that.

The script is copied beside an invented project; the interpreter it finds is a stub that makes environments
without pip, as on Debian, and the pip it finds is an invented one of thirty lines, so that a set-up takes
a fraction of a second and touches no network. The last test uses the real pip.
"""

import functools
import hashlib
import http.server
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bare_machine import PYTHON, SETTING_UP, Machine, executable


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def debian(machine: Machine) -> Machine:
    return machine.with_python().with_wheel_on_disk()


def until(condition: Callable[[], bool]) -> None:
    for _ in range(12_000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


# ------------------------------------------------------------------ what is passed on


def test_first_use_says_one_line_and_later_ones_nothing(debian: Machine) -> None:
    result = f"{debian.elsewhere}|boards|list\n"
    assert debian.run("boards", "list") == (0, result, SETTING_UP)
    assert debian.run("boards", "list") == (0, result, "")
    assert [call.split()[0:2] for call in debian.calls()] == [
        ["install", "--no-index"],
        ["install", "--require-hashes"],
        ["install", "--no-deps"],
    ]
    assert "--only-binary=:all:" in debian.calls()[1]


def test_arguments_reach_the_program_untouched_and_in_the_callers_folder(debian: Machine) -> None:
    arguments = ["tag", "../a file.txt", "", "*", "a'b\"c", "$HOME", "--", "-x", "职位"]
    code, out, _ = debian.run(*arguments)
    assert (code, out) == (0, "|".join([str(debian.elsewhere), *arguments]) + "\n")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_names_the_three_extra_words(debian: Machine, arguments: list[str]) -> None:
    code, out, _ = debian.run(*arguments)
    assert code == 0
    assert out.startswith(f"{debian.elsewhere}|--help\n")
    assert re.findall(r"^  (demo|test|lint)\b", out, re.MULTILINE) == ["demo", "test", "lint"]


def test_demo_stays_in_the_callers_folder_and_test_goes_to_the_checkout(debian: Machine) -> None:
    assert debian.run("demo", "--keep", "x y")[:2] == (0, f"{debian.elsewhere} --keep x y\n")
    assert debian.run("test", "-q", "tests/unit")[:2] == (0, f"{debian.project}|-q|tests/unit\n")


def test_a_benchmark_is_a_file_that_runs_and_nothing_else(debian: Machine) -> None:
    benchmarks = debian.project / "benchmarks"
    benchmarks.mkdir()
    runs = 'import sys\n\nif __name__ == "__main__":\n    print(*sys.argv[1:])\n'
    for name, text in (("collecting", runs), ("two_words", runs), ("helpers", "")):
        (benchmarks / f"{name}.py").write_text(text)
    (debian.project / "elsewhere.py").write_text(runs)
    debian.run("bench")
    assert debian.run("bench", "--short") == (0, "--short\n", "")
    assert debian.run("bench", "two_words", "a b") == (0, "a b\n", "")
    for name in ("helpers", "nothing", "../elsewhere", "two words"):
        code, out, err = debian.run("bench", name)
        assert (code, out) == (1, "")
        assert err == f"pmtrend: there is no benchmark {name}; docs/BENCHMARKS.md tells which there are\n"


def test_lint_shows_every_failure_and_fails_if_one_does(debian: Machine) -> None:
    assert debian.run("lint")[0] == 0
    executable(debian.project / ".venv" / "bin" / "mypy", "#!/bin/sh\necho mypy found something\nexit 1\n")
    code, out, _ = debian.run("lint")
    assert code == 1
    assert out.splitlines() == [
        f"{debian.project}|check|.",
        f"{debian.project}|format|--check|.",
        "mypy found something",
        f"{debian.project}",
        f"{debian.project}|audit",
    ]


def test_the_exit_code_of_a_verb_comes_through(debian: Machine) -> None:
    debian.run()
    executable(debian.project / ".venv" / "bin" / "pmtrend", "#!/bin/sh\nexit 3\n")
    assert debian.run("collect") == (3, "", "")


def test_through_links_from_anywhere(debian: Machine) -> None:
    (debian.folder / "door").symlink_to("a check out/run")
    (debian.elsewhere / "pmt").symlink_to("../door")
    process = subprocess.run(
        ["./pmt", "status"], cwd=debian.elsewhere, env=debian.environment, capture_output=True, text=True
    )
    assert (process.returncode, process.stdout) == (0, f"{debian.elsewhere}|status\n")
    assert (debian.project / ".venv" / ".ready").exists()
    assert sorted(os.listdir(debian.elsewhere)) == ["pmt"]


@pytest.mark.parametrize("shell", ["dash", "bash --posix", "busybox sh", "ksh", "mksh", "yash"])
def test_in_every_shell(debian: Machine, shell: str) -> None:
    program, *options = shell.split()
    found = shutil.which(program)
    if not found:
        pytest.skip(f"this machine has no {program}")
    process = subprocess.run(
        [found, *options, "run", "status"],
        cwd=debian.project,
        env=debian.environment,
        capture_output=True,
        text=True,
    )
    assert (process.returncode, process.stdout) == (0, f"{debian.project}|status\n"), process.stderr
    assert process.stderr == SETTING_UP


def test_settings_for_other_installs_do_not_lead_astray(debian: Machine) -> None:
    (debian.elsewhere / "pip.py").write_text("raise SystemExit('a stranger')")
    strange = {"PYTHONPATH": str(debian.elsewhere), "CDPATH": "/", "PIP_TARGET": str(debian.elsewhere)}
    assert debian.run("status", **strange)[0] == 0
    assert sorted(os.listdir(debian.elsewhere)) == ["pip.py"]


# ------------------------------------------------------------------ what cannot work, in one sentence


def refused(machine: Machine, **environment: str) -> str:
    code, out, err = machine.run("status", **environment)
    assert (code, out) == (1, "")
    assert err.startswith("pmtrend: ") and err.count("\n") == 1, err
    assert not (machine.project / ".venv" / ".ready").exists()
    return err


def test_no_python(machine: Machine) -> None:
    assert "python3 was not found; install Python 3.11 or newer" in refused(machine)


def test_an_older_python(machine: Machine) -> None:
    executable(machine.bin / "python3", '#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2" || exit 1\n')
    assert "Python 3.11 or newer is needed, but python3 is Python 3.9.2" in refused(machine)
    assert not (machine.project / ".venv").exists()


def test_an_older_python_named_by_the_user_is_refused_even_when_all_is_set_up(debian: Machine) -> None:
    debian.run()
    older = executable(debian.folder / "old", '#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2" || exit 1\n')
    code, _, err = debian.run("status", PYTHON=str(older))
    assert code == 1 and "Python 3.9.2" in err
    assert debian.run("status")[0] == 0


def test_another_python_named_by_the_user(debian: Machine) -> None:
    (debian.bin / "python3").rename(debian.elsewhere / "my python")
    code, out, _ = debian.run("status", PYTHON="./my python")
    assert (code, out) == (0, f"{debian.elsewhere}|status\n")


def test_a_folder_that_cannot_be_written_to(debian: Machine) -> None:
    # Root may write everywhere; a folder in the place of the log is the same to the script.
    (debian.project / ".venv-setup.log").mkdir()
    assert f"{debian.project} cannot be written to" in refused(debian)


def test_no_pip_anywhere(machine: Machine) -> None:
    code, out, err = machine.with_python().run("status")
    assert (code, out) == (1, "")
    first, second = err.splitlines()
    assert first + "\n" == SETTING_UP
    assert "has no pip and none was found on this machine" in second and "python3-venv" in second


def test_a_failed_installation_shows_the_end_of_its_log_and_is_tried_again(debian: Machine) -> None:
    (debian.project / "fail").touch()
    debian.run()
    (debian.project / "fail").unlink()
    assert debian.run("status")[0] == 0
    (debian.project / "fail").touch()
    (debian.project / "pyproject.toml").write_text("# changed\n")
    code, out, err = debian.run("status")
    lines = err.splitlines()
    assert (code, out, lines[-2]) == (1, "", "no matching distribution")
    assert lines[1:3] == ["line 81", "line 82"] and "line 1" not in lines
    assert lines[-1].startswith("pmtrend: setting up .venv failed; the whole output is in ")
    assert "line 1\n" in (debian.project / ".venv-setup.log").read_text()
    (debian.project / "fail").unlink()
    assert debian.run("status")[0] == 0


# ------------------------------------------------------------------ where pip comes from without ensurepip


def test_pip_from_another_pip(machine: Machine) -> None:
    machine.with_python()
    executable(machine.bin / "pip3", f'#!/bin/sh\nfor last; do :; done\n/bin/cp "{machine.wheel}" "$last"\n')
    assert machine.run("status")[0] == 0


def test_pip_from_uv(machine: Machine) -> None:
    machine.with_python()
    executable(
        machine.bin / "uv",
        f"""#!/bin/sh
[ "$*" = "pip install -q --python $5 --require-hashes -r $8" ] && [ "$UV_NO_CACHE" = 1 ] && [ -s "$8" ] &&
    exec "$5" -I "{machine.wheel}/pip" install "{machine.wheel}"
""",
    )
    assert machine.run("status")[0] == 0


def test_pip_from_apt_without_root_and_without_lists(machine: Machine) -> None:
    machine.with_python()
    executable(
        machine.bin / "apt-get",
        """#!/bin/sh
case "$*" in
    "download "*) echo "E: Unable to locate package" >&2; exit 100 ;;
    *Dir::State::lists=*update) >lists/fetched ;;
    *Dir::State::lists=*"download python3-pip-whl") [ -f lists/fetched ] && >python3-pip-whl_99_all.deb ;;
esac
""",
    )
    executable(
        machine.bin / "dpkg-deb",
        f"""#!/bin/sh
[ "$1" = -x ] && [ -f "$2" ] && /bin/mkdir -p "$3/usr/share/python-wheels" &&
    /bin/cp "{machine.wheel}" "$3/usr/share/python-wheels"
""",
    )
    assert machine.run("status")[0] == 0


def test_pip_from_a_folder_named_in_the_settings_of_pip(machine: Machine) -> None:
    machine.with_python()
    settings = machine.folder / "pip.conf"
    settings.write_text(f"[global]\nfind-links = {machine.folder}\n")
    assert machine.run("status", PIP_CONFIG_FILE=str(settings))[0] == 0


@pytest.fixture
def index(machine: Machine) -> Iterator[str]:
    """An index on loopback that has pip."""
    digest = hashlib.sha256(machine.wheel.read_bytes()).hexdigest()
    page = machine.folder / "simple" / "pip" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(
        f'<a href="../../old.whl#sha256={"1" * 64}">old</a> '
        f'<a href="../../{machine.wheel.name}#sha256={digest}">pip</a>'
    )
    handler = functools.partial(_Quiet, directory=str(machine.folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/simple"
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def test_pip_from_an_index_that_the_user_has_named(machine: Machine, index: str) -> None:
    assert machine.with_python().run("status", PIP_INDEX_URL=index)[0] == 0


def test_a_pip_that_is_not_the_one_in_the_lock_is_not_run(machine: Machine, index: str) -> None:
    with zipfile.ZipFile(machine.wheel, "a") as wheel:
        wheel.writestr("pip/more.py", "tampered with on its way")
    code, _, err = machine.with_python().run("status", PIP_INDEX_URL=index)
    assert code == 1 and "has no pip" in err
    assert machine.calls() == []


# ------------------------------------------------------------------ interrupted, at once, changed, moved


def test_two_at_once_set_up_once(debian: Machine) -> None:
    (debian.project / "hold").touch()
    first = debian.start("status")
    until((debian.project / "held").exists)
    second = debian.start("boards")
    assert second.stderr and "another call is setting up .venv" in second.stderr.readline()
    (debian.project / "hold").unlink()
    assert first.communicate(timeout=300) == (f"{debian.elsewhere}|status\n", SETTING_UP)
    assert second.communicate(timeout=300) == (f"{debian.elsewhere}|boards\n", "")
    assert (first.returncode, second.returncode) == (0, 0)
    assert len(debian.calls()) == 3


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_set_up_never_looks_finished(debian: Machine, sign: signal.Signals) -> None:
    (debian.project / "hold").touch()
    process = debian.start("status")
    until((debian.project / "held").exists)
    os.killpg(process.pid, sign)
    process.communicate(timeout=300)
    assert process.returncode != 0
    (debian.project / "hold").unlink()
    assert debian.run("status") == (0, f"{debian.elsewhere}|status\n", SETTING_UP)


@pytest.mark.parametrize("file", ["requirements.lock", "pyproject.toml"])
def test_changed_requirements_are_installed_into_the_same_environment(debian: Machine, file: str) -> None:
    debian.run()
    kept = debian.project / ".venv" / "kept"
    kept.touch()
    with (debian.project / file).open("a") as text:
        text.write("# changed\n")
    assert debian.run("status")[2] == SETTING_UP
    assert kept.exists()
    assert debian.run("status")[2] == ""


def test_a_moved_checkout_gets_a_new_environment(debian: Machine) -> None:
    debian.run()
    debian.project = debian.project.rename(debian.folder / "moved")
    (debian.project / ".venv" / "kept").touch()
    assert debian.run("status") == (0, f"{debian.elsewhere}|status\n", SETTING_UP)
    assert not (debian.project / ".venv" / "kept").exists()


def test_an_environment_whose_python_is_gone_is_made_anew(debian: Machine) -> None:
    debian.run()
    python = debian.project / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(debian.folder / "gone")
    assert debian.run("status")[0::2] == (0, SETTING_UP)


# ------------------------------------------------------------------ with the real pip

WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
BACKEND = """
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "pmtrend-1-py3-none-any.whl"
    info = "pmtrend-1.dist-info/"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("pmtrend_door.py", "import tiny; main = lambda: print(tiny.WORD)")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: pmtrend\\nVersion: 1\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "entry_points.txt", "[console_scripts]\\npmtrend = pmtrend_door:main\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""


@pytest.mark.slow
def test_with_the_real_pip(machine: Machine) -> None:
    """Python as it is, an offline folder of wheels, hashes checked, a folder whose name needs quoting."""
    project = machine.project
    (project / "backend.py").write_text(BACKEND)
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "pmtrend"\nversion = "1"\n'
    )
    wheel = machine.wheels / "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("tiny.py", "WORD = 'tiny and right'")
        file.writestr("tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n")
        file.writestr("tiny-1.dist-info/WHEEL", WHEEL)
        file.writestr("tiny-1.dist-info/RECORD", "")
    machine.project = project.rename(machine.folder / "a [b] #c %d ü")
    offline = {
        "PYTHON": PYTHON,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": machine.wheels.as_uri(),
        "PIP_USER": "1",
    }
    lock = machine.project / "requirements.lock"
    lock.write_text(f"tiny==1 --hash=sha256:{'0' * 64}\n")
    code, _, err = machine.run(**offline)
    assert code == 1 and "THESE PACKAGES DO NOT MATCH THE HASHES" in err
    lock.write_text(f"tiny==1 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    assert machine.run("status", **offline) == (0, "tiny and right\n", SETTING_UP)
    assert machine.run("status", **offline) == (0, "tiny and right\n", "")
    assert sorted(os.listdir(machine.folder)) == sorted(
        ["bin", "wheels", "else where", machine.project.name, machine.wheel.name]
    ), "something was written outside the checkout"
