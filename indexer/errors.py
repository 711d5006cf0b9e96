"""What can go wrong with encoders and indexes.

IndexerError
├── EncoderError        an encoder that can't be loaded or exported
└── UnusableIndex       an index that can't be served
    ├── NoIndex         nothing is built yet
    ├── UnknownBuild    no build of this id
    ├── DamagedIndex    a file is missing or isn't what the manifest says
    ├── ForeignFormat   another version of this program wrote it
    └── EncoderMismatch the vectors were made by another encoder
"""

from pathlib import Path

REBUILD = "run `causeway index build`"


class IndexerError(Exception):
    """Base of everything this package raises."""


class EncoderError(IndexerError):
    """An encoder can't be loaded or exported; the message says which file or package, and what to do."""


class UnusableIndex(IndexerError):
    """Base of everything that keeps an index from being served."""


class NoIndex(UnusableIndex):
    """No index is published in this folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"there is no index in {folder}: {REBUILD}")


class UnknownBuild(UnusableIndex):
    """No build has this id."""

    def __init__(self, build_id: str, folder: Path) -> None:
        super().__init__(f"there is no build '{build_id}' in {folder}: `causeway index list` shows them")


class DamagedIndex(UnusableIndex):
    """A file of the index is missing, or its content isn't what the manifest says."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        super().__init__(f"{path} {what}: {REBUILD}, or `causeway index rollback` to serve the build before it")


class ForeignFormat(UnusableIndex):
    """The index was written in another format version."""

    def __init__(self, path: Path, found: object, supported: int) -> None:
        super().__init__(f"{path} is of format {found}, this version reads {supported}: {REBUILD}")


class EncoderMismatch(UnusableIndex):
    """The index was built with another encoder than the one that is configured."""

    def __init__(self, path: Path, built_with: str, configured: str) -> None:
        super().__init__(
            f"{path} was built with encoder {built_with}, but {configured} is configured: "
            f"{REBUILD}, or set CAUSEWAY_ENCODER to the encoder it was built with"
        )
