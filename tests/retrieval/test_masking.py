import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.masking import mask

PIECES = [
    "cookie: ",
    "set-cookie: ",
    "authorization: ",
    "bearer ",
    "password",
    "token",
    "code",
    "a=b",
    "=",
    ":",
    ";",
    ",",
    " ",
    "\n",
    '"',
    "'",
    "\\",
    "[masked:3]",
    "://u:p@h",
    "x@y.zz",
    "eyJ",
    "ab12cd34",
    "-----BEGIN PRIVATE KEY-----",
]
PLACES = [
    "cookie: a={}",
    "Set-Cookie: a={}; Path=/",
    '"token":"{}"',
    "x-api-key: {}",
    "password={}",
    "bearer {}",
    "https://a.example/?code={}",
    "secret: '{}'",
    "redis://u:{}@h",
    'Authorization: "{}"',
    "csrf ( token: {} )",
]
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"Authorization: Bearer {JWT}", f"Authorization: Bearer [masked:{len(JWT)}]"),
        ("> authorization: Basic dXNlcjpwYXNz", "> authorization: Basic [masked:12]"),
        ('Authorization: Digest username="mufasa", nonce="dc"', "Authorization: Digest [masked:29]"),
        ("-H 'authorization: Bearer abc12345'", "-H 'authorization: Bearer [masked:8]'"),
        ("sent bearer abc12345 twice", "sent bearer [masked:8] twice"),
        ("cookie: sid=a1; lang=de", "cookie: sid=[masked:2]; lang=[masked:2]"),
        ('Cookie: sid="a; b"; x=1', "Cookie: sid=[masked:6]; x=[masked:1]"),
        (
            "set-cookie: sid=a%2B; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly; SameSite=None",
            "set-cookie: sid=[masked:4]; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly; SameSite=None",
        ),
        (
            "Set-Cookie: a=one; Path=/; SameSite=None, b=two; Domain=.pigeon.example; Secure",
            "Set-Cookie: a=[masked:3]; Path=/; SameSite=None, b=[masked:3]; Domain=.pigeon.example; Secure",
        ),
        ("set-cookie:\nsid=a1; Secure", "set-cookie:\nsid=[masked:2]; Secure"),
        ("document.cookie = 'sid=a1'", "document.cookie = 'sid=[masked:2]'"),
        ('{"name":"Cookie","value":"a=b; c=d"}', '{"name":"Cookie","value":"a=[masked:1]; c=[masked:1]"}'),
        ("req.cookies: { sid: 'a1', lang: 'de' } done", "req.cookies: { sid: '[masked:2]', lang: '[masked:2]' } done"),
        ('{"name": "X-Api-Key", "value": "pigeon"}', '{"name": "X-Api-Key", "value": "[masked:6]"}'),
        (r'"{\"password\":\"pigeon\"}"', r'"{\"password\":\"[masked:6]\"}"'),
        ('"password": "p\\"x y"', '"password": "[masked:6]"'),
        ("DB_PASSWORD=pigeon,1;", "DB_PASSWORD=[masked:8];"),
        ("?user=ada&password=pigeon&next=1", "?user=ada&password=[masked:6]&next=1"),
        ("clientSecret: `pigeon`, scope: 1", "clientSecret: `[masked:6]`, scope: 1"),
        ("apiKey: 'pigeon'", "apiKey: '[masked:6]'"),
        ('"userInputCode":"123456"', '"userInputCode":"[masked:6]"'),
        ("phoneNumber: +491701234567", "phoneNumber: [masked:13]"),
        ("refresh_token=abcd1234", "refresh_token=[masked:8]"),
        ("x-pigeon-token: abcd1234", "x-pigeon-token: [masked:8]"),
        (
            "GET /callback?code=4%2F0AX4XfWh&state=NzA4ZDU4&scope=email",
            "GET /callback?code=[masked:12]&state=[masked:8]&scope=email",
        ),
        ("https://pigeon.example/verify?id=1#dGhpc0lzQUxpbmtDb2Rl", "https://pigeon.example/verify?id=1#[masked:20]"),
        ("postgres://ada:p@ss@db:5432/pigeon", "postgres://ada:[masked:4]@db:5432/pigeon"),
        ("redis://:1234@cache:6379", "redis://:[masked:4]@cache:6379"),
        ("mail ada+1@pigeon.example now", "mail [masked:e-mail] now"),
        ("email=ada%40pigeon.example", "email=[masked:e-mail]"),
        ("jörg@müller.example", "[masked:e-mail]"),
        (f"the token {JWT}.", f"the token [masked:{len(JWT) + 1}]"),
        ("eyJ1aWQiOiIxMjM0NTY3OCIsImF0ZSI6MX0=", "[masked:36]"),
        ("refused (YWRhOnBpZ2Vvbg==), again", "refused ([masked:16]), again"),
        ("key AKIAIOSFODNN7EXAMPLE in a log", "key [masked:20] in a log"),
        ("x ghp_0123456789abcdefghijABCDEFGHIJ012345 y", "x [masked:40] y"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE+/==\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----[masked:10]\n\n-----END RSA PRIVATE KEY-----",
        ),
        ("id 22d43c7ad1086fd9fb231e7e11bb385da0620990", "id [masked:40]"),
        ("left: 3VV7Q0Yq9sVbV5E2M5J3s1Q0p8d9F0a1b2C3", "left: [masked:36]"),
    ],
)
def test_secrets_are_masked_and_what_proves_something_stays(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "front-token: remove",
        "access-control-expose-headers: front-token, st-access-token, anti-csrf",
        "access-control-request-headers: authorization,rid",
        "Authorization: header is missing",
        'antiCsrf: "VIA_TOKEN", tokenTransferMethod: "header"',
        'getTokenTransferMethod: () => "header"',
        "access_token_validity: 3600",
        '{"message":"try refresh token"}',
        "apiKey: process.env.API_KEY,",
        "api_key=os.environ['API_KEY']",
        "password: string",
        'credentials: "same-origin"',
        "apiKey: ${API_KEY}",
        "code: 'ERR_HTTP2_PROTOCOL_ERROR', errno: -111",
        "code=500",
        "token_endpoint: https://pigeon.example/oauth2/token",
        "http://localhost:5173/@vite/client",
        "at node_modules/pigeon-auth/lib/build/index2.js:123:4",
        "npm i pigeon@24.0.2",
        "session f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "GET https://api.pigeon.example/auth/session/refresh 401 (Unauthorized)",
        "basic authentication is off",
        "Authorization: Bearer <token>",
        "After my password: ERROR_INVALID_CREDENTIAL, and then",
        "?redirectURIOnProviderDashboard=https%3A%2F%2Fapp.pigeon.example%2Fauth%2Fcallback%2FgoogleV2",
        "refreshSession: getTokenTransferMethod returned any",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5)).map("".join))
def test_masking_twice_changes_nothing_more_and_no_line_moves(text: str) -> None:
    assert mask(mask(text)) == mask(text)
    assert mask(text).count("\n") == text.count("\n")


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_masked(text: str) -> None:
    mask(text).encode()


@pytest.mark.parametrize(
    "unit", ["a", "cookie:", "password", "eyJ", "://u:", "a@", "a.", "token=", "\\", '"', "-----BEGIN PRIVATE KEY-----"]
)
def test_hostile_text_does_not_hang(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))

    assert mask(text)


@given(
    secret=st.text(string.ascii_letters + string.digits, min_size=24, max_size=60).filter(
        lambda value: any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    ),
    place=st.sampled_from(PLACES),
    before=st.text(max_size=20),
    after=st.sampled_from(["", " ", "\n", ";", ",", '"', "'", ")", "&x=1", "\r\nhost: x"]),
)
def test_a_secret_in_its_place_is_masked_whatever_surrounds_it(
    secret: str, place: str, before: str, after: str
) -> None:
    assert secret not in mask(f"{before} {place.format(secret)}{after}")
