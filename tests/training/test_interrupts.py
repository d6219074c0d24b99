"""Ctrl-C goes up though it is swallowed; what others raise does not."""

import os
import signal
import threading
from contextlib import suppress

import pytest

from skdistill.training._interrupts import signals_go_up


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_a_swallowed_signal_goes_up_at_the_end():
    done = []

    def swallow():
        with suppress(KeyboardInterrupt):
            interrupt()
        done.append("the rest")

    with pytest.raises(KeyboardInterrupt), signals_go_up():
        swallow()
    assert done == ["the rest"]


def test_a_keyboard_interrupt_of_others_does_not():
    with signals_go_up(), suppress(KeyboardInterrupt):
        raise KeyboardInterrupt


def test_what_is_not_swallowed_goes_up_at_once():
    done = []

    def let_go():
        interrupt()
        done.append("the rest")

    with pytest.raises(KeyboardInterrupt), signals_go_up():
        let_go()
    assert done == []


@pytest.mark.parametrize("handler", [lambda number, frame: None, signal.SIG_IGN])
def test_a_handler_of_the_users_decides_and_is_given_back(handler):
    before = signal.signal(signal.SIGINT, handler)
    try:
        with signals_go_up():
            interrupt()
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_handler_is_given_back_after_an_error():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), signals_go_up():
        1 / 0  # noqa: B018
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_may_train():
    done = []

    def work():
        with signals_go_up():
            done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [1]
