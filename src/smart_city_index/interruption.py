"""Ctrl-C and its likes: a command ends in one sentence and leaves nothing."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

# What ends a program from outside, on the systems that know it.
SIGNALS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
]


class Interrupted(KeyboardInterrupt):
    """A signal ended the command.

    Attributes:
        exit_code: what the process ends with, 128 and the number of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


# What struck since interruptible() began.
RECEIVED: list[Interrupted] = []


def interrupt(number: int, _: FrameType | None) -> None:
    """Answer the first signal.

    Raises:
        Interrupted: always.
    """
    not_any_more_interruptible()
    RECEIVED.append(Interrupted(number))
    raise RECEIVED[0]


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Raise Interrupted where the first signal strikes, and ignore all others while cleaning up.

    Raises:
        Interrupted: a signal came.
    """
    RECEIVED.clear()
    # what whoever started us ignores, as nohup does, stays ignored
    before = {
        number: signal.signal(number, interrupt)
        for number in SIGNALS
        if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield
    except Exception as error:
        # a library in whose call a signal strikes may raise an error of its own
        if RECEIVED:
            raise RECEIVED[0] from error
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def not_any_more_interruptible() -> None:
    """Ignore signals until interruptible() ends: what is left must be done as a whole."""
    for number in SIGNALS:
        if signal.getsignal(number) is interrupt:
            signal.signal(number, signal.SIG_IGN)
