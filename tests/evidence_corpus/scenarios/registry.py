"""What a scenario is."""

from collections.abc import Callable
from typing import Any

from tests.evidence_corpus.stage import shop

Files = dict[str, str]
"""What a recording keeps: text by kind (`har`, `console.log`, ...)."""
Scenario = Callable[[], Files]


def signed_in_then_used(*, calls: int = 12, **differences: Any) -> Files:  # noqa: ANN401 - passed on to `shop`
    """First visit, sign-in, one call of an own API, and what Network, Console and backend show of it."""
    with shop(**differences) as stage:
        stage.do("app.hasSession()")
        stage.do("app.signIn()")
        stage.do("app.call('/sessioninfo')")
        return {
            "har": stage.har(calls),
            "console.log": stage.console(),
            "api.log": stage.api_log(),
            "start-up.log": stage.start_up_log(),
        }


def signed_in_then_expired(*, calls: int = 12, **differences: Any) -> Files:  # noqa: ANN401 - passed on to `shop`
    """Sign-in, the access token expires, and one call of an own API."""
    with shop(**differences) as stage:
        stage.do("app.hasSession()")
        stage.do("app.signIn()")
        stage.let_token_expire()
        stage.do("app.call('/sessioninfo')")
        return {"har": stage.har(calls), "console.log": stage.console(), "api.log": stage.api_log()}
