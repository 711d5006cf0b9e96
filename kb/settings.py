"""Settings of the knowledge base; environment variables with the prefix `CAUSEWAY_`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class KnowledgeBaseSettings(BaseSettings):
    """Where the knowledge base is."""

    model_config = SettingsConfigDict(env_prefix="CAUSEWAY_")

    kb_dir: Path = Field(
        Path(__file__).parent,
        description="Folder with vocabulary.yaml, findings.yaml, entries/ and reports/.",
    )
