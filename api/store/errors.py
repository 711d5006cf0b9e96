"""What can go wrong with the store.

StoreError
├── UnusableDatabase      its URL, its driver or its schema: fix the installation
├── StoreUnavailable      it doesn't answer now: try again
├── UnknownDiagnosis      no diagnosis has this id
├── UnknownDocument       no document has this name
├── UnknownApiKey         no key has this id
├── StaleDiagnosis        somebody else changed the diagnosis meanwhile
├── DocumentChanged       a precondition on a document doesn't hold
└── IdempotencyKeyReused  the key belongs to another request
"""


class StoreError(Exception):
    """Base of everything this package raises."""


class UnusableDatabase(StoreError):
    """The database can't be used as it is; the message says what to do."""


class StoreUnavailable(StoreError):
    """The database doesn't answer; nothing was stored."""

    def __init__(self) -> None:
        super().__init__("the database doesn't answer: nothing was stored, try again in a moment")


class UnknownDiagnosis(StoreError):
    """No diagnosis has this id."""

    def __init__(self, diagnosis_id: str) -> None:
        super().__init__(f"there is no diagnosis '{diagnosis_id}': it was never made, or was deleted after its time")


class UnknownDocument(StoreError):
    """No document has this name."""

    def __init__(self, collection: str, key: str) -> None:
        super().__init__(f"there is no document '{key}' in '{collection}'")


class UnknownApiKey(StoreError):
    """No key has this id."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"there is no API key '{key_id}': `causeway keys list` shows them")


class StaleDiagnosis(StoreError):
    """The diagnosis changed since it was read."""

    def __init__(self, diagnosis_id: str) -> None:
        super().__init__(f"diagnosis '{diagnosis_id}' is being answered by somebody else: try again")


class DocumentChanged(StoreError):
    """The document isn't as the request requires it to be."""


class IdempotencyKeyReused(StoreError):
    """An idempotency key came with another request before."""

    def __init__(self) -> None:
        super().__init__("this Idempotency-Key was used for another request: use a new key for a new request")
