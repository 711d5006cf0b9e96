"""Settings of the evaluation; environment variables with the prefix `CAUSEWAY_`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class EvalSettings(BaseSettings):
    """Where runs are kept."""

    model_config = SettingsConfigDict(env_prefix="CAUSEWAY_")

    runs_dir: Path = Field(Path("data/runs"), description="Folder of the evaluation runs, one folder each.")
