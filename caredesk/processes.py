"""Child processes that never outlive their parent, and the user an engine may run as."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
NOBODY = 65534
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

Become = Callable[[], None]


def spawn(command: list, *, log: Path, death: int = signal.SIGKILL, become: Become | None = None, **options):
    """Start a command in a session of its own, its output appended to `log`.

    The kernel sends it `death` when the thread that started it ends, so start it from the main thread.
    """
    parent = os.getpid()

    def prepare():
        if become:
            become()
        die_with(parent, death)

    with open_log(log) as output:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=prepare,
            **options,
        )


def open_log(path: Path, limit: int = 10_000_000):
    """Open a log for appending; one that grew beyond `limit` bytes is set aside as `<name>.1` first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > limit:
        path.replace(f"{path}.1")
    return path.open("ab")


def die_with(parent: int, number: int) -> None:
    """In a child between fork and exec; the parent may be gone already, then no signal would ever come."""
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() not in (parent, 0):
        os._exit(1)


def stop(process: subprocess.Popen | None, number: int = signal.SIGTERM, *, seconds: float = 10) -> None:
    """Ask the process to end, wait, and end its whole session when it does not."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(number)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def enter_namespace() -> None:
    """Make this child nobody in a user namespace of its own, while its files stay those of the real user.

    PostgreSQL refuses to run as uid 0; inside the namespace it is 65534, and below it nothing was changed:
    no account, no owner, no mode, so it works below a folder of mode 0700 too.
    """
    user, group = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{NOBODY} {user} 1")
    write("/proc/self/gid_map", f"{NOBODY} {group} 1")


def write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def become_user(user: int, group: int) -> Become:
    def become():
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)

    return become


def works(become: Become | None, command: list, **options) -> bool:
    """Whether this command runs with success after `become`."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            preexec_fn=become,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=20,
            **options,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def free_port(preferred: int | None = None) -> int:
    """A free TCP port of the loopback address: the preferred one when it is free."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", preferred or 0))
        except OSError:
            sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
