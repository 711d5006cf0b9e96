"""Settings of the index and its encoder; environment variables with the prefix `CAUSEWAY_`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from indexer.encoders import DEFAULT_ENCODER


class IndexSettings(BaseSettings):
    """Where the index lives and which encoder it is built with."""

    model_config = SettingsConfigDict(env_prefix="CAUSEWAY_")

    index_dir: Path = Field(Path("data/index"), description="Folder of the index builds.")
    encoder: str = Field(
        str(DEFAULT_ENCODER),
        description="A folder made by `causeway encoder export`, or a sentence-transformers model (extra `train`).",
    )
