"""CPU and memory of this process and its workers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fairlead.app.usage import usage

BUSY = """
import sys, time
held = bytearray(50_000_000)
while time.process_time() < 0.3:
    pass
print("busy no more", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="living children are known on Linux only")
def test_living_children_count() -> None:
    seconds, peak = usage()
    with subprocess.Popen(
        [sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        while_alive = usage()
        child.communicate()
    assert while_alive[0] - seconds > 0.25
    assert while_alive[1] - peak > 50_000_000
    assert usage()[0] - seconds > 0.25
