"""Settings of the evaluation; environment variables with the prefix `CAUSEWAY_`."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class EvalSettings(BaseSettings):
    """Where runs are kept, and what they need."""

    model_config = SettingsConfigDict(env_prefix="CAUSEWAY_")

    runs_dir: Path = Field(Path("data/runs"), description="Folder of the evaluation runs, one folder each.")
    api_key: SecretStr | None = Field(None, description="Key that a running API demands, if it does.")
