"""bin/_start and bin/_bootstrap.py: on any machine, whatever its PATH pretends."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from caredesk.engine_room import ROOT

REFUSES = "#!/bin/sh\necho 'pyenv: python3: command not found' >&2\nexit 127\n"
REAL = getattr(sys, "_base_executable", sys.executable)


@pytest.fixture
def bootstrap(tmp_path, monkeypatch):
    """A bootstrap of an empty checkout on a machine without anything; what it says is in `said`."""
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bin/_bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    places = {"ROOT": tmp_path, "VENV": venv, "TOOLS": tmp_path / ".tools", "PYTHON": venv / "bin/python"}
    places["OWN_UV"] = tmp_path / ".tools/uv/bin/uv"
    places |= {"STAMP": venv / "caredesk.json", "UNFINISHED": venv / "caredesk.unfinished"}
    for name, path in places.items():
        monkeypatch.setattr(module, name, path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    monkeypatch.setattr(module, "said", [], raising=False)
    monkeypatch.setattr(module, "say", module.said.append)
    return module


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """PATH leads to shims that refuse; the only Python is below pyenv."""
    shims, pyenv = tmp_path / "shims", tmp_path / "pyenv"
    for name in ("python3", "python", "python3.13", "python3.12", "python3.14", "uv"):
        program(shims / name, REFUSES)
    program(pyenv / "versions/3.11.9/bin/python3", REFUSES)
    monkeypatch.setenv("PATH", f"{shims}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(pyenv))
    monkeypatch.setenv("HOME", str(tmp_path))
    return pyenv


def program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def real_python(path):
    return program(path, f'#!/bin/sh\nexec {REAL} "$@"\n')


def test_candidates_are_run_and_not_believed(bootstrap, machine, monkeypatch):
    refusing = machine / "versions/3.11.9/bin/python3"
    assert bootstrap.version_of(refusing) is None
    assert bootstrap.version_of("/nonexistent") is None
    monkeypatch.setattr(bootstrap.sys, "executable", str(refusing))
    program(machine / "versions/3.14.0/bin/python3", REFUSES)
    real_python(machine / "versions/3.13.0/bin/python3")
    found = bootstrap.find_python()
    assert bootstrap.version_of(found) == list(sys.version_info[:2])


def test_the_launcher_finds_a_python_that_runs(tmp_path, machine):
    shutil.copytree(ROOT / "bin", tmp_path / "bin", ignore=shutil.ignore_patterns("__pycache__"))
    program(tmp_path / "bin/_bootstrap.py", "import sys\nprint(sys.argv[1:])\n")
    start = [tmp_path / "bin/up", "--one", "two words"]
    if not os.path.exists("/usr/bin/python3"):
        assert subprocess.run(start, capture_output=True).returncode == 1
    real_python(machine / "versions/3.13.0/bin/python3")
    done = subprocess.run(start, capture_output=True, text=True, check=True)
    assert done.stdout == "['up', '--one', 'two words']\n"


def test_it_is_ready_only_when_made_to_its_end_from_this_very_lock(bootstrap):
    assert not bootstrap.is_ready("base")
    real_python(bootstrap.PYTHON)
    assert not bootstrap.is_ready("base")
    stamp = {"base": bootstrap.fingerprint("base"), "python": list(sys.version_info[:2])}
    bootstrap.STAMP.write_text(json.dumps(stamp))
    assert bootstrap.is_ready("base")
    assert not bootstrap.is_ready("dev")

    bootstrap.UNFINISHED.touch()
    assert not bootstrap.is_ready("base")
    bootstrap.UNFINISHED.unlink()
    with bootstrap.requirements("base").open("a") as lock:
        lock.write("# one more\n")
    assert not bootstrap.is_ready("base")


def test_a_python_where_only_somebody_else_may_look_is_not_ready(bootstrap, monkeypatch):
    """Root has made .venv, with a Python below a folder of their own."""
    bootstrap.PYTHON.parent.mkdir(parents=True)
    bootstrap.PYTHON.touch()
    bootstrap.STAMP.write_text(json.dumps({"base": bootstrap.fingerprint("base"), "python": [3, 13]}))
    look = Path.stat

    def refuse(self, **options):
        if self == bootstrap.PYTHON:
            raise PermissionError(self)
        return look(self, **options)

    monkeypatch.setattr(Path, "stat", refuse)
    assert not bootstrap.is_ready("base")


@pytest.mark.parametrize("broken", ["killed while installing", "its Python is gone", "its Python is old"])
def test_a_venv_that_does_not_work_heals(bootstrap, monkeypatch, broken):
    bootstrap.VENV.mkdir()
    (bootstrap.VENV / "leftover").touch()
    if broken == "killed while installing":
        real_python(bootstrap.PYTHON)
        bootstrap.UNFINISHED.touch()
    elif broken == "its Python is old":
        program(bootstrap.PYTHON, "#!/bin/sh\necho 3 11\n")
    made(bootstrap, monkeypatch)
    bootstrap.make_ready("base")
    assert bootstrap.is_ready("base")
    assert not (bootstrap.VENV / "leftover").exists()


def test_a_developers_venv_stays_one(bootstrap, monkeypatch):
    installed = made(bootstrap, monkeypatch)
    bootstrap.make_ready("dev")
    with bootstrap.requirements("base").open("a") as lock:
        lock.write("# one more\n")
    bootstrap.make_ready("base")
    assert installed == ["dev", "dev"]
    assert bootstrap.is_ready("dev")
    assert bootstrap.is_ready("base")


def made(bootstrap, monkeypatch) -> list:
    """Instead of really making and filling it."""
    installed = []

    def run(command, quiet=False):
        if "venv" in map(str, command):
            real_python(bootstrap.PYTHON)
        return True

    monkeypatch.setattr(bootstrap, "find_uv", lambda: "uv")
    monkeypatch.setattr(bootstrap, "run", run)
    monkeypatch.setattr(bootstrap, "install", lambda uv, lock: installed.append(lock) or True)
    return installed


@pytest.mark.parametrize("has_pip", [True, False])
def test_uv_is_fetched_by_pip_wherever_there_is_one(bootstrap, machine, monkeypatch, has_pip):
    own, ran = bootstrap.TOOLS / "venv/bin/python", []

    def run(command, quiet=False):
        ran.append(str(command[0]))
        if "pip" in command and (has_pip or command[0] == own):
            program(bootstrap.OWN_UV, "#!/bin/sh\necho uv 1.0\n")
            return True
        return "venv" in command

    monkeypatch.setattr(bootstrap, "run", run)
    monkeypatch.setattr(bootstrap, "find_python", lambda: "python3")
    assert bootstrap.find_uv() == bootstrap.OWN_UV
    assert ran == (["python3"] if has_pip else ["python3", "python3", str(own)])
    assert bootstrap.find_uv() == bootstrap.OWN_UV
    assert len(ran) == (1 if has_pip else 3)


def test_pip_steps_in_where_uv_finds_no_index(bootstrap, monkeypatch):
    ran = []
    monkeypatch.setattr(
        bootstrap, "run", lambda command, quiet=False: ran.append(command) or command[0] != "uv"
    )
    monkeypatch.setattr(bootstrap, "output", lambda command: "pip 26")
    assert bootstrap.install("uv", "base")
    assert [str(command[0]) for command in ran] == ["uv", str(bootstrap.PYTHON)]
    assert all("--require-hashes" in command for command in ran)


def test_installers_are_not_led_astray(bootstrap, monkeypatch):
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "PIP_TARGET", "PIP_DISABLE_PIP_VERSION_CHECK"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("UV_NATIVE_TLS", "0")
    found = bootstrap.plain_environment()
    assert {"VIRTUAL_ENV", "PYTHONPATH", "PIP_TARGET"}.isdisjoint(found)
    assert (found["UV_NATIVE_TLS"], found["UV_SYSTEM_CERTS"], found["PATH"]) == ("0", "1", os.environ["PATH"])
    assert found["PIP_DISABLE_PIP_VERSION_CHECK"] == "1"
    assert bootstrap.run([sys.executable, "-c", "raise SystemExit(0)"])
    assert not bootstrap.run([sys.executable, "-c", "raise SystemExit(1)"])
    assert not bootstrap.run(["/nonexistent"])


def test_without_a_way_to_python_the_message_says_what_to_install(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "find_python", lambda: None)
    with pytest.raises(SystemExit, match=r"Python 3\.12 or newer"):
        bootstrap.make_venv(None)


def test_of_two_starts_one_waits_for_the_other(bootstrap):
    order = []

    def second():
        with bootstrap.one_at_a_time():
            order.append("second")

    with bootstrap.one_at_a_time():
        other = threading.Thread(target=second)
        other.start()
        while not bootstrap.said:
            other.join(0.01)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
    assert "waiting for it" in bootstrap.said[0]


def test_it_is_written_for_old_pythons_too():
    source = (ROOT / "bin/_bootstrap.py").read_text()
    compile(source, "_bootstrap.py", "exec", dont_inherit=True)
    import ast

    ast.parse(source, feature_version=(3, 8))


def test_what_is_wanted_is_locked_by_hash_and_names_no_host():
    locks = {name: pins((ROOT / f"requirements/{name}.txt").read_text()) for name in ("base", "dev", "uv")}
    assert locks["base"].items() <= locks["dev"].items()
    for name, lock in locks.items():
        text = (ROOT / f"requirements/{name}.txt").read_text()
        assert text.count("--hash=sha256:") >= len(lock) > 0
        assert "://" not in text


def pins(text: str) -> dict:
    lines = [line.partition(";")[0].strip(" \\") for line in text.splitlines() if line[:1].isalnum()]
    return dict(line.split("==") for line in lines)
