"""What happens to evidence on its way into a message: other browsers' exports, redaction, terminals, chat."""

import json
import re
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
SECRET_HEADERS = {"cookie", "set-cookie", "authorization", "proxy-authorization"}


def sanitised(har: str) -> str:
    """Chrome's default export: without cookies and Authorization, in headers and in lists."""
    return _entries(har, _without_secrets)


def _without_secrets(entry: Json) -> None:
    for message in (entry["request"], entry["response"]):
        message["headers"] = [header for header in message["headers"] if header["name"].lower() not in SECRET_HEADERS]
        message["cookies"] = []


def firefox(har: str) -> str:
    """As Firefox exports: its creator and browser, no initiator, titles instead of addresses, `-` for nothing."""
    document = json.loads(har)
    log = document["log"]
    log["creator"] = log["browser"] = {"name": "Firefox", "version": "145.0.1"}
    for page in log["pages"]:
        page["title"] = "Shop"
        page["pageTimings"] = {"onContentLoad": 61, "onLoad": 75}
    for entry in log["entries"]:
        for key in [key for key in entry if key.startswith("_")]:
            del entry[key]
        entry["_securityState"] = "secure" if entry["request"]["url"].startswith("https") else "insecure"
        entry["request"]["httpVersion"] = entry["response"]["httpVersion"] = "HTTP/1.1"
        for message in (entry["request"], entry["response"]):
            message["cookies"] = [{"name": cookie["name"], "value": cookie["value"]} for cookie in message["cookies"]]
            for key in [key for key in message if key.startswith("_")]:
                del message[key]
        if entry["response"]["status"] == 0:
            entry["response"]["statusText"] = ""
            entry["response"]["content"] = {"mimeType": "text/plain", "size": 0, "text": ""}
    return json.dumps(document, indent="\t") + "\n"


def safari(har: str) -> str:
    """As Safari exports: header names as sent, all Set-Cookie lines joined into one, no preflights, no cookie lists."""
    document = json.loads(har)
    log = document["log"]
    log["creator"] = {"name": "WebKit Web Inspector", "version": "1.0"}
    log["entries"] = [entry for entry in log["entries"] if entry["request"]["method"] != "OPTIONS"]
    for entry in log["entries"]:
        for key in [key for key in entry if key.startswith("_")]:
            del entry[key]
        entry["_fetchType"] = "Network Load"
        entry["_priority"] = "high"
        for message in (entry["request"], entry["response"]):
            joined: dict[str, str] = {}
            for header in message["headers"]:
                name = "-".join(part.capitalize() for part in header["name"].split("-"))
                joined[name] = f"{joined[name]}, {header['value']}" if name in joined else header["value"]
            message["headers"] = [{"name": name, "value": value} for name, value in joined.items()]
            message["cookies"] = []
    return json.dumps(document, indent=1) + "\n"


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def fenced(text: str) -> str:
    """Inside a Markdown code fence, with a word before and after, as in chat."""
    return f"here is what I get\n\n```\n{text.rstrip()}\n```\nany idea?\n"


def coloured(log: str) -> str:
    """From a terminal: the logger's name in colour."""
    return re.sub(r"(?m)^(\S+) (com\.supertokens)", "\x1b[2m\\1\x1b[0m \x1b[36;1m\\2\x1b[0m", log)


def compose(log: str) -> str:
    """From `docker compose logs`: the service's name before each line."""
    return "".join(f"api-1       | {line}\n" for line in log.splitlines())


def kubectl(log: str) -> str:
    """From `kubectl logs --prefix --timestamps`."""
    return "".join(
        f"[pod/shop-api-6c9d7fbb6b-x2k4q/api] 2026-11-30T07:30:0{number % 10}.118223941Z {line}\n"
        for number, line in enumerate(log.splitlines())
    )


def journald(log: str) -> str:
    return "".join(
        f"Nov 30 07:30:0{number % 10} web-2 shop-api[1187]: {line}\n" for number, line in enumerate(log.splitlines())
    )


def cut_off(text: str) -> str:
    """The chat's limit cut the last tenth."""
    return text[: len(text) * 9 // 10]


def on_one_line(har: str) -> str:
    return json.dumps(json.loads(har))


def _entries(har: str, change: Callable[[Json], None]) -> str:
    document = json.loads(har)
    for entry in document["log"]["entries"]:
        change(entry)
    return json.dumps(document, indent=1) + "\n"


VARIANTS: dict[str, Callable[[str], str]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        sanitised,
        firefox,
        safari,
        crlf,
        fenced,
        coloured,
        compose,
        kubectl,
        journald,
        cut_off,
        on_one_line,
    )
}
