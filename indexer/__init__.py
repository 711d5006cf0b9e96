"""Entries to a searchable index."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.artifact import Index


def open_index() -> "Index":
    """Load the published index and its encoder, both where the settings (`IndexSettings`) say.

    :raises IndexerError: saying which file is wrong and which command repairs it.
    """
    # Imported only now: the command line mounts this package's commands without its libraries.
    from indexer.artifact import load_index
    from indexer.encoders import load_encoder
    from indexer.publication import current_build
    from indexer.settings import IndexSettings

    settings = IndexSettings()
    return load_index(current_build(settings.index_dir), load_encoder(settings.encoder))


__all__ = ["open_index"]
