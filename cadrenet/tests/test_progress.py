import io
import sys

import pytest
from django.utils import translation

from cadrenet.progress import Progress


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    """Each item takes the same time."""

    def __init__(self, seconds):
        self.now = 0
        self.seconds = seconds

    def __call__(self):
        return self.now

    def items(self, number):
        for item in range(number):
            yield item
            self.now += self.seconds


def told(stream, seconds, number, total=None, verbosity=1):
    clock = Clock(seconds)
    progress = Progress(verbosity, stream=stream, clock=clock)

    assert list(progress(clock.items(number), "attendance.csv", total)) == list(range(number))
    return stream.getvalue()


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_quick_work_prints_nothing(stream):
    assert told(stream(), 0.0001, 9_000, 9_000) == ""


def test_long_work_is_a_line_now_and_then_in_a_log():
    assert told(io.StringIO(), 1 / 64, 1_500, 1_500) == (
        "attendance.csv: 64 of 1,500\nattendance.csv: 704 of 1,500\nattendance.csv: 1,344 of 1,500\n"
    )


def test_long_work_is_one_changing_line_on_a_terminal_and_leaves_nothing():
    assert told(Terminal(), 0.5, 4, 4) == ("\r\033[Kattendance.csv: 2 of 4\r\033[Kattendance.csv: 3 of 4\r\033[K")


def test_work_of_unknown_length_says_how_much_is_done():
    assert told(io.StringIO(), 0.5, 4) == "attendance.csv: 2\n"


def test_a_quiet_command_prints_nothing():
    assert told(io.StringIO(), 5, 10, 10, verbosity=0) == ""


def test_a_terminal_is_left_clean_when_the_work_fails():
    stream, clock = Terminal(), Clock(2)

    def work():
        for item in Progress(stream=stream, clock=clock)(clock.items(9), "x"):
            if item == 3:
                raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        work()

    # What ends the loop lets go of the generator, and so cleans the line.
    assert stream.getvalue().endswith("\r\033[K")


def test_standard_error_is_the_default(capsys):
    progress = Progress()

    assert progress.stream is sys.stderr
