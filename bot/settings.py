"""Settings of the bot; environment variables with the prefix `CAUSEWAY_`."""

from pathlib import Path

from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ApiAccess(BaseSettings):
    """Which API is asked."""

    model_config = SettingsConfigDict(env_prefix="CAUSEWAY_")

    api_url: HttpUrl = Field(HttpUrl("http://127.0.0.1:8000"), description="Base URL of the Causeway API.")
    api_key: SecretStr | None = Field(None, description="Key that the API demands, if it does.")


class BotSettings(ApiAccess):
    """Who the bot is on Discord, and how patient it is."""

    discord_token: SecretStr = Field(description="Token of the bot user, from Discord's developer portal.")
    discord_guild: int | None = Field(
        None, description="Register commands in this server only, where they appear at once; everywhere if left out."
    )
    discord_message_content: bool = Field(
        False,
        description="Read posts of forums, to answer them: needs the message content intent in the developer portal.",
    )
    discord_state: Path = Field(
        Path("data/discord.db"), description="File that keeps feedback until the API has it, and what is registered."
    )
    discord_answer_seconds: float = Field(
        20, gt=0, description="Longest time that people wait for the API; then they are told that it is slow."
    )
    discord_quiet_seconds: float = Field(
        10, ge=0, description="How long a forum post must stay unchanged before it is answered."
    )
    discord_check_in_seconds: float = Field(
        1800, gt=0, description="When to ask, once, whether an answer in a forum helped."
    )
    discord_drain_seconds: float = Field(25, ge=0, description="Longest time to finish answers when told to stop.")
    discord_api_url: HttpUrl | None = Field(
        None, description="Another REST base than Discord's own, for proxies and tests."
    )
    discord_gateway_url: str | None = Field(
        None, description="Another gateway than Discord's own, for proxies and tests."
    )
