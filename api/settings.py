"""Settings of the service; environment variables with the prefix `CAUSEWAY_`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ApiSettings(BaseSettings):
    """Where the service listens, and what it accepts."""

    model_config = SettingsConfigDict(env_prefix="CAUSEWAY_")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    max_body_bytes: int = Field(2_000_000, ge=1_000, description="Largest request body; more is answered 413.")
    database_url: str = Field(
        "sqlite:///data/causeway.db",
        pattern=r"^(sqlite|postgres|postgresql|postgresql\+psycopg):///?.+$",
        repr=False,  # it may hold a password
        description="Where diagnoses and feedback are kept: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME` "
        "(extra `postgres`).",
    )
    retention_days: int = Field(
        180, ge=1, description="How long diagnoses and their feedback are kept, in days; older ones are deleted."
    )
