"""The bot's only file: feedback that the API doesn't have yet, and which commands are registered. SQLite."""

import sqlite3
import time
from pathlib import Path
from typing import NamedTuple

from bot.errors import BotSetupError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    key TEXT PRIMARY KEY,          -- idempotency key
    diagnosis_id TEXT NOT NULL,
    body TEXT NOT NULL,            -- FeedbackRequest as JSON
    created_at REAL NOT NULL       -- seconds since 1970
);
CREATE TABLE IF NOT EXISTS registered_commands (scope TEXT PRIMARY KEY, digest TEXT NOT NULL);
"""


class QueuedFeedback(NamedTuple):
    """Something that somebody said about a cause."""

    key: str
    diagnosis_id: str
    body: str


class StateFile:
    """Survives the process; every change is on the disk when the method returns."""

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        :raises BotSetupError: if that's not possible.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise BotSetupError(f"CAUSEWAY_DISCORD_STATE: {path} can't be used: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def queue(self, feedback: QueuedFeedback) -> None:
        """Keep feedback until it is delivered."""
        self._connection.execute("INSERT INTO feedback VALUES (?, ?, ?, ?)", (*feedback, time.time()))

    def oldest(self) -> QueuedFeedback | None:
        """What is to be delivered next."""
        row = self._connection.execute("SELECT key, diagnosis_id, body FROM feedback ORDER BY rowid LIMIT 1").fetchone()
        return QueuedFeedback(*row) if row else None

    def delivered(self, key: str) -> None:
        """Forget feedback that the API has."""
        self._connection.execute("DELETE FROM feedback WHERE key = ?", (key,))

    def registered_digest(self, scope: str) -> str | None:
        """What was last registered at Discord."""
        row = self._connection.execute("SELECT digest FROM registered_commands WHERE scope = ?", (scope,)).fetchone()
        return row[0] if row else None

    def registered(self, scope: str, digest: str) -> None:
        """Remember what is registered at Discord."""
        self._connection.execute("INSERT OR REPLACE INTO registered_commands VALUES (?, ?)", (scope, digest))
