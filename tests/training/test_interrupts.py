"""A training that was interrupted is no finished one, but a callback may end it."""

import os
import signal
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest

from skdistill.training._interrupts import interrupts_go_up


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def net(*, interrupted=True, by_callback=False):
    return SimpleNamespace(was_interrupted=interrupted, ended_by_callback=by_callback)


def test_a_swallowed_signal_goes_up_if_the_training_ended_early():
    for by_callback in (False, True):  # a signal may come while a callback runs
        with pytest.raises(KeyboardInterrupt), interrupts_go_up(net(by_callback=by_callback)):
            with suppress(KeyboardInterrupt):
                interrupt()


def test_a_swallowed_interrupt_of_a_module_goes_up_too():
    with pytest.raises(KeyboardInterrupt), interrupts_go_up(net()):
        with suppress(KeyboardInterrupt):
            raise KeyboardInterrupt


def test_a_callback_ends_a_training_well():
    with interrupts_go_up(net(by_callback=True)), suppress(KeyboardInterrupt):
        raise KeyboardInterrupt


def test_who_deals_with_a_signal_is_not_overruled():
    with interrupts_go_up(net(interrupted=False)), suppress(KeyboardInterrupt):
        interrupt()


def test_what_is_not_swallowed_goes_up_at_once():
    done = []

    def let_go():
        interrupt()
        done.append("the rest")

    with pytest.raises(KeyboardInterrupt), interrupts_go_up(net()):
        let_go()
    assert done == []


@pytest.mark.parametrize("handler", [lambda number, frame: None, signal.SIG_IGN])
def test_a_handler_of_the_users_decides_and_is_given_back(handler):
    before = signal.signal(signal.SIGINT, handler)
    try:
        with interrupts_go_up(net(interrupted=False)):
            interrupt()
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_handler_that_is_installed_meanwhile_stays():
    before = signal.getsignal(signal.SIGINT)
    try:
        with interrupts_go_up(net(interrupted=False)):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_handler_is_given_back_after_an_error():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), interrupts_go_up(net(interrupted=False)):
        1 / 0  # noqa: B018
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_may_train():
    done = []

    def work():
        with interrupts_go_up(net(interrupted=False)):
            done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [1]
