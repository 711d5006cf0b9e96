"""Many threads that write to one SQLite file."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from api.store.errors import StoreUnavailable

T = TypeVar("T")
Work = tuple[Callable[[Connection], Any], "Future[Any]"]


class GroupCommit:
    """Commits pieces of work in groups: who comes while another commits waits, and then commits for all who wait.

    SQLite lets one transaction write at a time, and a commit waits for the disk.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[Work] = deque()
        self._committing = threading.Lock()
        self._closed = False

    def run(self, work: Callable[[Connection], T]) -> T:
        """Return what the work returns once it is committed; if it raises, nothing of it is stored.

        :param work: is run again if another piece that shared its transaction failed.
        :raises StoreUnavailable: if it is closed.
        """
        done: Future[T] = Future()
        self._waiting.append((work, done))
        with self._committing:
            if not done.done():
                self._commit(self._all_that_wait())
        return done.result()

    def close(self) -> None:
        """Finish what is being committed, and take no more."""
        with self._committing:
            self._closed = True

    def _all_that_wait(self) -> list[Work]:
        return [self._waiting.popleft() for _ in range(len(self._waiting))]

    def _commit(self, group: list[Work]) -> None:
        try:
            outcomes = self._in_one_transaction(group)
        except Exception as error:
            # Nothing of it is stored. Where the file itself is the matter, the next try would only take as long again;
            # otherwise one piece of work failed, which must not take the others with it.
            if len(group) == 1 or isinstance(error, OperationalError):
                for _, done in group:
                    done.set_exception(error)
            else:
                for work in group:
                    self._commit([work])
        else:
            for (_, done), outcome in zip(group, outcomes, strict=True):
                done.set_result(outcome)

    def _in_one_transaction(self, group: list[Work]) -> list[Any]:
        if self._closed:
            raise StoreUnavailable
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            return [work(connection) for work, _ in group]
