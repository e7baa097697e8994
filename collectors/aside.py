"""Blocking work in a thread that nobody waits for: a call that never returns does not keep the program from ending."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T]) -> T:
    """What ``work`` returns or raises. Cancelled: the thread goes on by itself and its answer is dropped.

    Not ``asyncio.to_thread``: the end of the loop and of the interpreter wait for its threads, for ever if need be.
    """
    answer: Future[T] = Future()

    def run() -> None:
        with contextlib.suppress(InvalidStateError):  # nobody waits for it any more
            try:
                result = work()
            except BaseException as error:
                answer.set_exception(error)
            else:
                answer.set_result(result)

    Thread(target=run, daemon=True, name="aside").start()
    return await asyncio.wrap_future(answer)
