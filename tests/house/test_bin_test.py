"""bin/test: two runs, one verdict; and programs that only apt can bring."""

import importlib.util
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from caredesk.engine_room import ROOT


def load(name, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "bin")
    spec = importlib.util.spec_from_file_location(name, ROOT / f"bin/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def bin_test(monkeypatch):
    """Its pytest runs are not made but answered from `outcomes`, and kept in `asked`."""
    module = load("_test", monkeypatch)
    module.asked, module.outcomes = [], []
    monkeypatch.setattr(module, "lend_engines", lambda: None)
    monkeypatch.setattr(module._packages, "provide", lambda programs: True)
    monkeypatch.setattr(module, "pytest", lambda words: module.asked.append(words) or module.outcomes.pop(0))
    return module


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([(0, {"passed": 5, "failed": 0}), (0, {"passed": 2, "failed": 0})], 0),
        ([(0, {"passed": 5, "failed": 0}), (5, {"passed": 0, "failed": 0})], 0),
        ([(5, {"passed": 0, "failed": 0}), (5, {"passed": 0, "failed": 0})], 1),
        ([(0, {"passed": 5, "failed": 0}), (1, {"passed": 1, "failed": 1})], 1),
        ([(0, {"passed": 5, "failed": 0}), (4, {})], 1),
        ([(-9, {}), (0, {"passed": 2, "failed": 0})], 1),
    ],
)
def test_it_is_well_only_when_all_ran_and_passed(bin_test, capsys, outcomes, status):
    passed, failed = (sum(counts.get(name, 0) for _, counts in outcomes) for name in ("passed", "failed"))
    bin_test.outcomes = [*outcomes]
    assert bin_test.main([]) == status
    assert capsys.readouterr().out.splitlines()[-1] == f"{passed} passed, {failed} failed"


def test_arguments_go_to_both_runs_and_a_mark_is_combined(bin_test):
    bin_test.outcomes = [(0, {"passed": 1}), (0, {"passed": 1})]
    bin_test.main(["tests/queues", "-k", "accept", "-m", "rule"])
    first, second = bin_test.asked
    assert first[:3] == second[:3] == ["tests/queues", "-k", "accept"]
    assert (first[-1], second[-1]) == ("(rule) and (not browser)", "(rule) and (browser)")


def test_what_only_tells_is_asked_once_and_as_it_is(bin_test):
    bin_test.outcomes = [(0, {})]
    assert bin_test.main(["--rules"]) == 0
    assert bin_test.asked == [["--rules"]]


@pytest.fixture
def packages(monkeypatch, tmp_path):
    """apt-get that installs `program` when it is asked to."""
    module = load("_packages", monkeypatch)
    module.program, module.ran = tmp_path / "chromium", []

    def run(command, **options):
        module.ran.append(command)
        if "install" in command:
            module.program.touch()
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(module.subprocess, "run", run)
    monkeypatch.setattr(module.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(module.os, "geteuid", lambda: 0)
    return module


def test_a_missing_program_is_installed_by_root_and_by_sudo(packages, monkeypatch):
    assert packages.provide({str(packages.program): "chromium"})
    assert packages.ran[-1][:2] == ["apt-get", "install"]
    assert packages.ran[-1][-1] == "chromium"
    packages.program.unlink()
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    assert packages.provide({str(packages.program): "chromium"})
    assert packages.ran[-1][:3] == ["sudo", "-n", "apt-get"]


def test_what_is_there_is_left_alone(packages):
    packages.program.touch()
    assert packages.provide({str(packages.program): "chromium"})
    assert packages.ran == []


def test_who_may_not_install_is_told_what_to_install(packages, monkeypatch, capsys):
    monkeypatch.setattr(packages, "allowed_apt", lambda: None)
    assert not packages.provide({str(packages.program): "chromium", sys.executable: "python3"})
    assert "sudo apt-get install chromium\n" in capsys.readouterr().out


OWN = "import os; from tests.engines import lend_engines; lend_engines(); print(os.environ['REDIS_URL'])"


def test_who_runs_side_by_side_has_engines_of_its_own():
    """Or a push of one would reach the other, for both have a first conversation."""
    another = os.environ | {"CAREDESK_TEST_ENGINES_OF": "", "PYTEST_XDIST_WORKER": "gw99"}
    done = subprocess.run([sys.executable, "-c", OWN], cwd=ROOT, env=another, capture_output=True, text=True)
    assert done.stdout.startswith("redis://")
    assert done.stdout.strip() != os.environ["REDIS_URL"]
