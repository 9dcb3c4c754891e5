"""Programs that no Python package brings: installed with apt where that is allowed, else named in words."""

import os
import shutil
import subprocess

BROWSERS = {
    "/usr/bin/chromium-headless-shell": "chromium-headless-shell",
    "/usr/bin/firefox-esr": "firefox-esr",
}
GETTEXT = {"/usr/bin/xgettext": "gettext"}


def provide(programs: dict[str, str]) -> bool:
    """Whether all these programs are there, or could be installed; `programs` maps each to its package."""
    missing = [package for program, package in programs.items() if not os.path.exists(program)]
    if missing and (apt := allowed_apt()):
        print(f"Installing {' and '.join(missing)}", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *missing]):
            subprocess.run([*apt, *words], env=environment, stdin=subprocess.DEVNULL)
    missing = [package for program, package in programs.items() if not os.path.exists(program)]
    if missing:
        print(f"Missing. Install it and run this again: sudo apt-get install {' '.join(missing)}", flush=True)
    return not missing


def allowed_apt() -> list[str] | None:
    """The command for apt-get as root, if this user may."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    sudo = ["sudo", "-n"]
    if shutil.which("sudo") and subprocess.run([*sudo, "true"], capture_output=True).returncode == 0:
        return [*sudo, "apt-get"]
    return None
