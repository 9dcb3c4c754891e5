"""bin/manage: manage.py on the running engines, or on engines that run for as long as the command does."""

import os
import signal
import subprocess
import sys
import time

from caredesk.engine_room import EngineRoom, Taken, data_folder
from caredesk.engines import EngineError

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main(arguments: list[str]) -> int:
    command = [sys.executable, os.path.join(ROOT, "manage.py"), *arguments]
    room = EngineRoom(data_folder())
    try:
        while room.engines and not enter(room):
            if urls := room.borrow():
                os.execve(command[0], command, os.environ | urls)
            time.sleep(0.1)
        return run(command, room)
    except EngineError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


def enter(room: EngineRoom) -> bool:
    try:
        room.enter("bin/manage")
    except Taken:
        return False
    return True


def run(command: list[str], room: EngineRoom) -> int:
    """Wait for the command and for others that borrow meanwhile; then stop what was started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        room.start()
        with subprocess.Popen(command, env=os.environ | room.environment()) as child:
            return wait(child)
    finally:
        room.wait_for_borrowers()
        room.stop()


def wait(child: subprocess.Popen) -> int:
    """Ctrl-C reaches the command as well: it decides how to end."""
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
