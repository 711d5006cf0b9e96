"""Settings of the bot; environment variables with the prefix `CAUSEWAY_`."""

from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class BotSettings(BaseSettings):
    """Who the bot is on Discord, and which API it asks."""

    model_config = SettingsConfigDict(env_prefix="CAUSEWAY_")

    discord_token: SecretStr = Field(description="Token of the bot user, from Discord's developer portal.")
    discord_guild: int | None = Field(
        None, description="Register commands in this server only, where they appear at once; everywhere if left out."
    )
    discord_api_url: HttpUrl | None = Field(None, description="Another REST base than Discord's own, for tests.")
    discord_gateway_url: str | None = Field(None, description="Another gateway than Discord's own, for tests.")
    api_url: HttpUrl = Field(HttpUrl("http://127.0.0.1:8000"), description="Base URL of the Causeway API.")
    api_key: SecretStr | None = Field(None, description="Key that the API demands, if it does.")
