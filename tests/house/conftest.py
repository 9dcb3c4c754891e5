"""A Valkey of one test's own, to be stopped, hung, emptied and started again."""

import os
import signal

import pytest

from caredesk.engines import Valkey


class Doorbell(Valkey):
    def start(self):
        self.spawn(self.port)
        self.wait()
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()

    def hang(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.process.pid, signal.SIGCONT)


@pytest.fixture
def valkey(tmp_path):
    engine = Doorbell(tmp_path, fast=True).start()
    yield engine
    if engine.process.poll() is None:
        engine.resume()
    engine.stop()
