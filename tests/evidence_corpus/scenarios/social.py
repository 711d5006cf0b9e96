"""Social login against a provider of our own (`servers/provider.mjs`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.evidence_corpus.scenarios.registry import Files
from tests.evidence_corpus.stage import Stage, shop

CLIENT = {"clientId": "914285-shop.apps.googleusercontent.com", "clientSecret": "GOCSPX-made-up-for-this-recording"}
OWN_SIGNINUP = """{
  method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({
    thirdPartyId: 'google', redirectURIInfo: {
      redirectURIOnProviderDashboard: 'https://www.example.com/auth/callback/google',
      redirectURIQueryParams: Object.fromEntries(new URLSearchParams(location.search)),
    },
  }),
}"""


def _google(**differences: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - provider configuration
    config = {"thirdPartyId": "google", "oidcDiscoveryEndpoint": "http://127.0.0.1:13004/", "clients": [CLIENT]}
    return [{"config": config | differences}]


@contextmanager
def _social(**differences: Any) -> Iterator[Stage]:  # noqa: ANN401 - passed on to `shop`
    frontend = {"thirdParty": True} | differences.pop("frontend", {})
    backend = {"providers": _google()} | differences.pop("backend", {})
    with shop(frontend=frontend, backend=backend, provider=True, validity=3600, **differences) as stage:
        yield stage


def _kept(stage: Stage) -> Files:
    return {"har": stage.har(), "console.log": stage.console(), "api.log": stage.api_log(40)}


def _through_provider(stage: Stage, options: str = "{}") -> None:
    stage.do(f"app.startLogin({options}).then((url) => {{ window.location.href = url; }})")


def healthy_social_login() -> Files:
    with _social() as stage:
        _through_provider(stage)
        stage.do("app.finishLogin()")
        return _kept(stage)


def scope_without_email() -> Files:
    scope = ["openid", "https://www.googleapis.com/auth/calendar.readonly"]
    with _social(backend={"providers": _google(clients=[CLIENT | {"scope": scope}])}) as stage:
        _through_provider(stage)
        stage.do("app.finishLogin()")
        return _kept(stage)


def signinup_twice() -> Files:
    with _social(website="http://localhost:3000", api="http://localhost:3001") as stage:
        _through_provider(stage)
        stage.do("Promise.all([app.finishLogin(), app.finishLogin()])")
        return _kept(stage)


def redirect_uri_differs() -> Files:
    with _social() as stage:
        _through_provider(stage)
        stage.do(f"fetch('https://api.example.com/auth/signinup', {OWN_SIGNINUP})")
        return _kept(stage)


def authorisation_url_twice() -> Files:
    with _social() as stage:
        stage.do("app.startLogin().then(async (first) => { await app.startLogin(); window.location.href = first; })")
        stage.do("app.finishLogin()")
        return _kept(stage)


def callback_on_another_origin() -> Files:
    both = {"corsOptions": {"origin": ["https://app.example.com", "https://www.example.com"], "credentials": True}}
    with _social(backend=both, hosts={"www.example.com": 13000}) as stage:
        _through_provider(stage, "{frontendRedirectURI: 'https://www.example.com/auth/callback/google'}")
        stage.do("app.finishLogin()")
        return _kept(stage)


def clock_ahead() -> Files:
    with _social(provider_setup={"alwaysRefuse": True}, backend={"clockAheadSeconds": 431}) as stage:
        _through_provider(stage)
        stage.do("app.finishLogin()")
        return _kept(stage)


def no_client() -> Files:
    with _social(backend={"providers": _google(clients=[])}) as stage:
        stage.do("app.startLogin()")
        return _kept(stage)


def two_clients() -> Files:
    clients = [
        CLIENT | {"clientType": "web"},
        CLIENT | {"clientType": "ios", "clientId": "914285-ios.apps.googleusercontent.com"},
    ]
    with _social(backend={"providers": _google(clients=clients)}) as stage:
        stage.do("app.startLogin()")
        return _kept(stage)


SCENARIOS = (
    healthy_social_login,
    scope_without_email,
    signinup_twice,
    redirect_uri_differs,
    authorisation_url_twice,
    callback_on_another_origin,
    clock_ahead,
    no_client,
    two_clients,
)
