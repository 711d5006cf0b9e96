"""One recording: the shop's website and API with one mistake, a browser on it, and what it left behind."""

import json
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from tests.evidence_corpus.browser import DevTools, chromium_among
from tests.evidence_corpus.servers import SERVERS, certificate, nginx, server

CORE, API, SITE, PROXY, PROVIDER, PROVIDER_BACKEND = 13567, 13001, 13000, 13002, 13003, 13004
"""Ports of this machine; the browser sees host names and default ports."""
TOKEN_SECONDS = 2
"""How long an access token lives, so that a recording need not wait an hour for the first refresh."""
CHECK_MS, QUIET_CHECKS = 50, 5
ADDRESS = "203.0.113.7"
"""Of the shop, where an address is shown."""
NOT_ON_A_TERMINAL = re.compile(r"\* (Connecting to|processing|old SSL|TLSv1\.\d \()|[{}] \[")
NOISE = {
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "pragma",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
}
TO_API = f"proxy_pass http://127.0.0.1:{API}; proxy_set_header Host $host;"
"""nginx: pass the request on to the application as it is."""
WITHOUT_PREFIX = f"proxy_pass http://127.0.0.1:{API}/; proxy_set_header Host $host;"
"""nginx: pass it on without the location's path."""
FRONTEND, OLDER_FRONTEND = (
    SERVERS / "node_modules" / name / "bundle" for name in ("supertokens-web-js", "supertokens-web-js-older")
)

Json = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """Website and API are up, and a browser is on the website."""

    page: Page
    tools: DevTools
    folder: Path
    website: str
    api: str
    api_port: int
    jar: dict[str, str] = field(default_factory=dict)

    def do(self, script: str) -> None:
        """Run a call of the shop's own code (`servers/app.js`) in the page, until nothing is under way any more.

        Whatever it throws is part of the recording.
        """
        with suppress(PlaywrightError):  # the call may have left the page
            self.page.evaluate(
                f"(async () => {{ try {{ await {script}; }} catch (error) {{ window.reportError(error); }} }})()"
            )
        self.settle()

    def settle(self) -> None:
        """Wait until no request is under way, ten seconds at most: one of a page that was left never ends."""
        quiet = 0
        for _ in range(10_000 // CHECK_MS):
            self.page.wait_for_timeout(CHECK_MS)
            quiet = 0 if self.tools.pending() else quiet + 1
            if quiet == QUIET_CHECKS:
                return

    def let_token_expire(self) -> None:
        """Wait until the access token of the last answer is no longer valid."""
        self.page.wait_for_timeout(TOKEN_SECONDS * 1000 + 100)

    def har(self, most: int = 12) -> str:
        """The page's documents and calls, at most so many; without scripts and the headers that say nothing."""
        har = self.tools.har()
        entries = [entry for entry in har["log"]["entries"] if entry["_resourceType"] not in ("script", "stylesheet")][
            :most
        ]
        for entry in entries:
            headers = entry["request"]["headers"]
            entry["request"]["headers"] = [header for header in headers if header["name"].lower() not in NOISE]
            if "://localhost" not in entry["request"]["url"] and "://127." not in entry["request"]["url"]:
                entry["serverIPAddress"] = ADDRESS
        har["log"]["entries"] = entries
        return public(json.dumps(har, indent=1)) + "\n"

    def console(self) -> str:
        """The console's lines, as "Save as..." writes them."""
        return "\n".join(self.tools.console) + "\n"

    def api_log(self, most: int = 80) -> str:
        """The last lines of the backend's debug log."""
        return "\n".join(self._api_log()[-most:]) + "\n"

    def start_up_log(self) -> str:
        """What the backend logged when it started: its settings."""
        settings = takewhile(lambda line: "middleware: Started" not in line, self._api_log())
        return "\n".join(settings) + "\n"

    def _api_log(self) -> list[str]:
        return public((self.folder / "api.log").read_text()).splitlines()

    def curl(self, *arguments: str, cookies: bool = False, past_proxy: bool = False) -> str:
        """Run curl against the API as a user would, and show it with what it prints; a path stands for the API's URL.

        :param cookies: send those of the last `sign_in_by_curl`.
        :param past_proxy: ask the application's own port.
        """
        api = "http://10.0.3.17:3001" if past_proxy else self.api
        shown = [f"{api}{part}" if part.startswith("/") else part for part in arguments]
        if cookies:
            shown += ["-H", f"Cookie: {'; '.join(f'{name}={value}' for name, value in self._cookies().items())}"]
        port = API if past_proxy else self.api_port
        quiet = ["-sSk", "--http1.1", "--connect-to", f"::127.0.0.1:{port}"]
        ran = subprocess.run(
            ["curl", *quiet, *shown], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        lines = [line for line in ran.stdout.splitlines() if not NOT_ON_A_TERMINAL.match(line)]
        output = "\n".join(lines).replace(f"127.0.0.1:{port}", f"{ADDRESS}:443")
        output = output.replace("host (nil)", f"host {urlsplit(api).hostname}")
        output = output.replace(f"(nil) (127.0.0.1) port {port}", f"{urlsplit(api).hostname} ({ADDRESS}) port 443")
        return public(f"$ curl {shlex.join(shown)}\n{output}\n")

    def sign_in_by_curl(
        self, *flags: str, path: str = "/auth/signin", mode: str = "cookie", past_proxy: bool = False
    ) -> str:
        """Sign in as the frontend SDK does, and remember the cookies."""
        fields = '{"formFields":[{"id":"email","value":"ada@example.com"},{"id":"password","value":"correct horse 7"}]}'
        headers = [
            f"Origin: {self.website}",
            "content-type: application/json",
            "rid: anti-csrf",
            "fdi-version: 4.2",
            f"st-auth-mode: {mode}",
        ]
        asked = [part for header in headers for part in ("-H", header)]
        answer = self.curl(*flags, "-X", "POST", path, *asked, "-d", fields, past_proxy=past_proxy)
        self.jar.update(re.findall(r"(?mi)^set-cookie: (\w+)=([^;]*)", answer))
        return answer

    def cookie(self, name: str) -> str:
        """Value of a cookie of the last `sign_in_by_curl`."""
        return self.jar[name]

    def _cookies(self) -> dict[str, str]:
        return {"sAccessToken": self.jar["sAccessToken"]}

    def nginx_log(self) -> str:
        """nginx's errors."""
        return (
            "\n".join(
                line
                for line in (self.folder / "error.log").read_text().splitlines()
                if "[error]" in line or "[warn]" in line
            )
            + "\n"
        )


@contextmanager
def shop(
    *,
    website: str = "https://app.example.com",
    api: str = "https://api.example.com",
    backend: Json | None = None,
    frontend: Json | None = None,
    site: Json | None = None,
    proxy: str = "",
    validity: int = TOKEN_SECONDS,
    hosts: dict[str, int] | None = None,
    flags: tuple[str, ...] = (),
    script: str = "api.mjs",
    provider: bool = False,
    provider_setup: Json | None = None,
    open_page: bool = True,
) -> Iterator[Stage]:
    """Start it all.

    :param backend: what differs in the API's setup (`servers/api.mjs`); appInfo is merged key by key.
    :param frontend: what differs in the page's CONFIG (`servers/app.js`); `appInfo` stands for init.appInfo.
    :param provider: also run a social provider under Google's name; `provider_setup` is what differs in it.
    :param proxy: nginx server blocks between browser and API; they listen on PROXY.
    """
    backend, frontend = dict(backend or {}), dict(frontend or {})
    domains = {"apiDomain": api, "websiteDomain": website}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        tls = certificate(folder)
        setup = {
            "port": API,
            "core": f"http://127.0.0.1:{CORE}",
            "appInfo": domains | backend.pop("appInfo", {}),
            "tls": tls if api.startswith("https") and not proxy else None,
        }
        init = {"appInfo": {"appName": "Shop"} | domains | frontend.pop("appInfo", {})} | frontend.pop("init", {})
        config = {"init": init, "session": {"tokenTransferMethod": "cookie"}, "api": api} | frontend
        site_setup = {
            "port": SITE,
            "tls": tls if website.startswith("https") else None,
            "bundles": str(FRONTEND),
            "config": config,
        }
        stack.enter_context(server("core.mjs", {"port": CORE, "validity": validity}, folder / "core.log"))
        stack.enter_context(server(script, setup | backend, folder / "api.log"))
        stack.enter_context(server("site.mjs", site_setup | (site or {}), folder / "site.log"))
        names = {_host(website): SITE, _host(api): PROXY if proxy else API} | (hosts or {})
        if provider:
            google = {
                "port": PROVIDER,
                "backendPort": PROVIDER_BACKEND,
                "tls": tls,
                "issuer": "https://accounts.google.com",
            }
            stack.enter_context(server("provider.mjs", google | (provider_setup or {}), folder / "provider.log"))
            names["accounts.google.com"] = PROVIDER
        if proxy:
            stack.enter_context(
                nginx(
                    proxy.replace("$TLS", f"ssl_certificate {tls['cert']}; ssl_certificate_key {tls['key']};"), folder
                )
            )
        page = stack.enter_context(chromium_among(names, flags))
        tools = DevTools(page)
        if open_page:
            page.goto(website)
        yield Stage(page, tools, folder, website, api, PROXY if proxy else API)


def nginx_server(*locations: tuple[str, str], name: str = "api.example.com") -> str:
    """An nginx server block on PROXY: directives by location."""
    blocks = " ".join(f"location {path} {{ {directives} }}" for path, directives in locations)
    return f"server {{ listen 127.0.0.1:{PROXY} ssl; $TLS server_name {name}; {blocks} }}\n"


def public(text: str) -> str:
    """Text with this machine's folders and ports replaced by those of the shop."""
    return re.sub(r"127\.0\.0\.1:13567", "core:3567", text.replace(str(SERVERS), "/srv/shop/api")).replace(
        f"127.0.0.1:{API}", "10.0.3.17:3001"
    )


def _host(origin: str) -> str:
    parts = urlsplit(origin)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
