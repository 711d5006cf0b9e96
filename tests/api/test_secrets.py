"""Secrets in what people send, of every kind and in every place, are in no answer and in no log."""

import json
import logging
import secrets
from typing import Any

import httpx
import pytest

from tests.retrieval.evidence import samples


def random(length: int = 40) -> str:
    return secrets.token_hex(length // 2)


JWT = f"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIx{random()}.{random()}"
SECRETS = {
    "jwt": JWT,
    "cookie": random(),
    "bearer": random(),
    "basic": "YWRhOnBpZ2Vvbi1wYXNzd29yZA==",
    "api_key": random(),
    "password": "correct-horse",
    "e_mail": "ada.lovelace@pigeon.example",
    "refresh_token": f"{random(86)}.{random(20)}.V2",
    "connection": "hunter-2",
    "client_secret": f"GOCSPX-{random(24)}",
    "code": f"4/0AX4XfWh{random()}",
    "aws": "AKIAIOSFODNN7EXAMPLE",
    "otp": "493021",
}
LINES = """\
port 25 timed out for {e_mail} with authorization: Bearer {bearer}
no space left on device while saving password={password} and token {jwt}
535 5.7.8 password refused: {e_mail} ({basic}) api_key: {api_key}
The queue grows, x-api-key: {api_key}, Authorization: Basic {basic}
452 4.3.1 Insufficient system storage postgres://pigeon:{connection}@db:5432/mail
set-cookie: sid={cookie}; Path=/; HttpOnly
refresh_token={refresh_token}&client_secret={client_secret}
SSL routines: certificate has expired at https://a.example/callback?code={code}&state=1
aws {aws} "userInputCode": "{otp}"
""".format(**SECRETS)


def har() -> str:
    return json.dumps(
        {
            "log": {
                "entries": [
                    {
                        "request": {
                            "method": "POST",
                            "url": f"https://a.example/x/{JWT}?code={SECRETS['code']}&access_token={SECRETS['bearer']}",
                            "headers": [
                                {"name": "Authorization", "value": f"Bearer {SECRETS['bearer']}"},
                                {"name": "Cookie", "value": f"sid={SECRETS['cookie']}"},
                            ],
                            "postData": {"mimeType": "application/json", "text": json.dumps(SECRETS)},
                        },
                        "response": {
                            "status": 500,
                            "statusText": f"no queue for {SECRETS['e_mail']}",
                            "headers": [
                                {"name": "Set-Cookie", "value": f"sid={SECRETS['cookie']}; Path=/"},
                                {"name": "front-token", "value": JWT},
                            ],
                            "content": {"mimeType": "application/json", "text": json.dumps(SECRETS)},
                            "_error": f"refused {SECRETS['e_mail']}",
                        },
                    }
                ]
            }
        }
    )


def config() -> str:
    return (
        f'init({{ apiKey: "{SECRETS["api_key"]}", password: "{SECRETS["password"]}",\n'
        f'  uri: "postgres://pigeon:{SECRETS["connection"]}@db/mail", clientSecret: "{SECRETS["client_secret"]}",\n'
        f'  apiDomain: "https://a.example", support: "{SECRETS["e_mail"]}" }})'
    )


def dotenv() -> str:
    named = SECRETS | {"database_url": f"postgres://pigeon:{SECRETS['connection']}@db/mail"}
    del named["connection"]
    return "".join(f"{name.upper()}={value}\n" for name, value in named.items())


EVIDENCE = [
    {"name": f"{SECRETS['e_mail']}.log", "text": LINES},
    {"name": "a.har", "text": har()},
    {"name": f"{JWT[:150]}.har", "text": har()[:-20]},
    {"name": "config.ts", "text": config()},
    {"name": ".env", "text": dotenv()},
    {"name": "curl.txt", "text": samples.CURL_BASH.replace("sid=abc", f"sid={SECRETS['cookie']}")},
    {
        "name": "headers.txt",
        "text": f"HTTP/1.1 500 Oops\nset-cookie: sid={SECRETS['cookie']}\nx: 1\n\n{json.dumps(SECRETS)}",
    },
]


def leaks(text: str) -> list[str]:
    return [name for name, value in SECRETS.items() if value in text or json.dumps(value)[1:-1] in text]


@pytest.mark.parametrize(
    ("symptom", "evidence"),
    [
        (LINES, []),
        (f"mail stopped\n```json\n{har()}\n```\n", []),
        (f"mail stopped\n```ts\n{config()}\n```\n", []),
        *(("mail stopped, the queue grows", [piece]) for piece in EVIDENCE),
    ],
    ids=["symptom", "symptom with HAR", "symptom with code"]
    + [f"evidence {number}" for number in range(len(EVIDENCE))],
)
def test_no_secret_is_in_the_answer_or_in_a_log(
    client: httpx.Client, caplog: pytest.LogCaptureFixture, symptom: str, evidence: list[dict[str, str]]
) -> None:
    caplog.set_level(logging.DEBUG)

    response = client.post("/v1/diagnoses", json={"symptom": symptom, "evidence": evidence, "top_k": 20})

    assert response.status_code == 201
    assert leaks(response.text) == []
    assert leaks(caplog.text) == []


def test_what_the_secrets_stood_beside_is_still_quoted(client: httpx.Client) -> None:
    answer: dict[str, Any] = client.post(
        "/v1/diagnoses", json={"symptom": "mail stopped", "evidence": EVIDENCE, "top_k": 20}
    ).json()

    quotes = [finding["quote"] for finding in answer["findings"]]
    assert "port 25 timed out for [masked:e-mail] with authorization: Bearer [masked:40]" in quotes
    assert answer["unreadable"][0]["name"].startswith("[masked:")


@pytest.mark.parametrize("field", ["answers", "filters"])
def test_no_secret_is_in_a_problem(client: httpx.Client, field: str) -> None:
    sent: dict[str, Any] = {"answers": {JWT: "yes"}} if field == "answers" else {"filters": {"sdk": [JWT]}}

    response = client.post("/v1/diagnoses", json={"symptom": "mail stopped", **sent})

    assert response.status_code == 422
    assert leaks(response.text) == []
