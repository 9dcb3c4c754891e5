"""Makes .venv from the hash-pinned requirements, then becomes the command that was asked for.

Standard library only, and Python >= 3.8, for it runs on whatever Python is there. What it builds is
Python >= 3.12: one that is found by running it, else one that uv fetches.
"""

import contextlib
import fcntl
import glob
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
OWN_UV = TOOLS / "uv" / "bin" / "uv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "caredesk.json"
UNFINISHED = VENV / "caredesk.unfinished"
OLDEST = (3, 12)
COMMANDS = {
    "up": ("base", ["-m", "caredesk.runner"]),
    "manage": ("base", ["-P", "-m", "caredesk.borrow"]),
    "test": ("dev", ["bin/_test.py"]),
    "lint": ("dev", ["bin/_lint.py"]),
    "screenshots": ("dev", ["bin/_screenshots.py"]),
}


def main(name, arguments):
    lock, command = COMMANDS[name]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not is_ready(lock):
        with one_at_a_time():
            if not is_ready(lock):
                make_ready(lock)
    become([str(PYTHON), *command, *arguments])


def become(command):
    environment = dict(os.environ, PYTHONUNBUFFERED="1", VIRTUAL_ENV=str(VENV))
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment.pop("PYTHONHOME", None)
    environment.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".var" / "pycache"))
    environment["PATH"] = os.pathsep.join([str(PYTHON.parent), environment.get("PATH", os.defpath)])
    environment["PYTHONPATH"] = str(ROOT)
    if command[1].endswith(".py"):
        command[1] = str(ROOT / command[1])
    if "caredesk.borrow" not in command:  # whose file names are the caller's
        os.chdir(str(ROOT))
    sys.stdout.flush()
    os.execve(command[0], command, environment)


# --- is it made already?


def is_ready(lock):
    """Whether .venv was made to its end, from this lock, and its Python still runs."""
    if UNFINISHED.exists():
        return False
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    return stamp.get(lock) == fingerprint(lock) and stamp.get("python", 0) == version_of(PYTHON)


def fingerprint(lock):
    return hashlib.sha256(requirements(lock).read_bytes()).hexdigest()


def requirements(lock):
    return ROOT / "requirements" / (lock + ".txt")


@contextlib.contextmanager
def one_at_a_time():
    """Two starts at the same time: one makes .venv, the other waits for it."""
    try:
        TOOLS.mkdir(exist_ok=True)
        file = (TOOLS / "lock").open("w")
    except OSError as error:
        raise SystemExit(f"{ROOT} must be writable to set Care Desk up: {error}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another start is setting up; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- make it


def make_ready(lock):
    """Bring .venv to what the lock says; a half-made one, or one of an old Python, is made anew."""
    uv, usable = find_uv(), is_usable()
    if has_stamp_of("dev"):
        lock = "dev"
    if not usable:
        make_venv(uv)
    UNFINISHED.touch()
    if not install(uv, lock):
        make_venv(uv)
        if not install(uv, lock):
            raise SystemExit("The packages could not be installed; the lines above say why.")
    locks = ("base", "dev") if lock == "dev" else ("base",)
    STAMP.write_text(json.dumps(dict({name: fingerprint(name) for name in locks}, python=version_of(PYTHON))))
    UNFINISHED.unlink()


def is_usable():
    return not UNFINISHED.exists() and (version_of(PYTHON) or [0]) >= list(OLDEST)


def has_stamp_of(lock):
    """A developer's .venv stays one when only bin/up is started."""
    return STAMP.exists() and f'"{lock}"' in STAMP.read_text()


def make_venv(uv):
    if VENV.exists():
        say("Removing a .venv that does not work")
        shutil.rmtree(str(VENV))
    python = find_python()
    say(f"Making .venv with {python or 'a Python 3.13 that uv fetches'}")
    VENV.mkdir()
    UNFINISHED.touch()
    if uv and run([uv, "venv", "-q", "--no-project", "--allow-existing", "--python", python or "3.13", VENV]):
        return
    if python and run([python, "-m", "venv", VENV]):
        return
    raise SystemExit(
        "Care Desk needs Python 3.12 or newer with its venv module (Debian: apt install python3-venv), or uv."
    )


def install(uv, lock):
    """What the lock says; by uv, else by pip (whose package index may be another one)."""
    say(f"Installing {requirements(lock).relative_to(ROOT)}, packages pinned by hash")
    if uv and run(
        [uv, "pip", "install", "-q", "--require-hashes", "--python", PYTHON, "-r", requirements(lock)]
    ):
        return True
    if not output([PYTHON, "-m", "pip", "--version"]) and not run([PYTHON, "-m", "ensurepip"], quiet=True):
        return False
    say("Installing with pip")
    return run([PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", requirements(lock)])


# --- what is on this machine: everything is run, nothing believed


def find_uv():
    """uv from this machine or from a tools folder of our own, or None where there is no way to it."""
    home = Path(os.path.expanduser("~"))
    for candidate in ("uv", OWN_UV, home / ".local/bin/uv", home / ".cargo/bin/uv"):
        if output([candidate, "--version"]):
            return candidate
    say("Fetching uv, which installs faster than pip")
    return OWN_UV if fetch_uv(find_python() or sys.executable) and output([OWN_UV, "--version"]) else None


def fetch_uv(python):
    """By that Python's own pip, else by the pip of an environment made for it."""
    pip = ["-m", "pip", "install", "-q", "--require-hashes", "--upgrade", "--target", OWN_UV.parent.parent]
    pip += ["-r", ROOT / "requirements" / "uv.txt"]
    if run([python, *pip], quiet=True):
        return True
    venv = TOOLS / "venv"
    return run([python, "-m", "venv", "--clear", venv], quiet=True) and run(
        [venv / "bin/python", *pip], quiet=True
    )


def find_python():
    """The path of a Python outside .venv that is new enough and runs, or None."""
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    found = glob.glob(os.path.join(pyenv, "versions", "3.1[2-9]*", "bin", "python3"))
    found.sort(key=lambda path: [int(number) for number in re.findall(r"\d+", path)], reverse=True)
    named = [
        "python3.13",
        "python3.14",
        "python3.12",
        "python3",
        "python",
        "/usr/bin/python3",
        "/usr/local/bin/python3",
    ]
    for candidate in [sys.executable, *named, *found]:
        if (version_of(candidate) or [0]) >= list(OLDEST):
            path = output(
                [candidate, "-c", "import sys; print(getattr(sys, '_base_executable', sys.executable))"]
            )
            if path and VENV not in Path(path).parents:
                return path
    return None


def version_of(python):
    """[3, 13], or None when it does not run."""
    text = output([python, "-c", "import sys; print(sys.version_info[0], sys.version_info[1])"])
    return [int(number) for number in text.split()] if text else None


def output(command):
    """What the command prints, or None when it cannot be run or fails."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def run(command, quiet=False):
    """Run a command that may take long; every ten seconds it is said that it still runs."""
    stream = subprocess.DEVNULL if quiet else None
    try:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            env=plain_environment(),
            preexec_fn=end_with_parent,
        )
    except OSError:
        return False
    started = time.time()
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(timeout=10) == 0
            say(f"  still at it ({time.time() - started:.0f} s)")
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def end_with_parent():
    """Linux: an installer must not go on writing when this process was killed."""
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.CDLL(None).prctl(1, int(signal.SIGKILL), 0, 0, 0)


def plain_environment():
    """Without what would make uv or pip choose another place than .venv; uv trusts whom this machine trusts."""
    dropped = (
        "VIRTUAL_ENV",
        "PYTHONHOME",
        "PYTHONPATH",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_USER",
        "CONDA_PREFIX",
    )
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1", **kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
