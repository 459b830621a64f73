"""Hooks of the production server, for ./run serve."""

import ctypes
import os
import signal
import sys
import time

PR_SET_PDEATHSIG = 1

# Its own lines bear the office's time, like those of the program.
os.environ["TZ"] = "Asia/Ho_Chi_Minh"
time.tzset()


def post_fork(server, worker):
    """Let a worker die with the process that watches it.

    Left alone it would look for that process once in 45 seconds only and hold the port until then, so that no new
    server could start. What it was doing is lost, as in a power cut, and is stored once when it is sent again.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
