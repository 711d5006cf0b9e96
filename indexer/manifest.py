"""What an index says about itself: needs none of the libraries that search it."""

from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from indexer.encoders import EncoderIdentity
from indexer.errors import DamagedIndex, ForeignFormat

FORMAT = 3
"""Raised when an older version could not read, or would misread, what this one writes."""

MANIFEST = "manifest.json"


class Counts(BaseModel):
    """How much an index holds."""

    entries: int
    chunks: int
    dimension: int


class Manifest(BaseModel):
    """What an index was built from, and what its files must be."""

    model_config = ConfigDict(frozen=True)

    format: int
    id: str
    built_at: datetime
    content_sha256: str
    encoder: EncoderIdentity
    counts: Counts
    files: dict[str, str]


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a build, before anything else is believed.

    :raises DamagedIndex: if it is missing or unreadable.
    :raises ForeignFormat: if another format version wrote it.
    """
    path = folder / MANIFEST
    try:
        raw = TypeAdapter(dict[str, Any]).validate_json(path.read_bytes())
    except OSError as error:
        raise DamagedIndex(path, "is missing") from error
    except ValidationError as error:
        raise DamagedIndex(path, "is not a manifest") from error
    if raw.get("format") != FORMAT:
        raise ForeignFormat(path, raw.get("format"), FORMAT)
    try:
        return Manifest.model_validate(raw)
    except ValidationError as error:
        raise DamagedIndex(path, "lacks fields of a manifest") from error
