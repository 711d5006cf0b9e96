"""What people paste, as their tools print it: seeds for the fuzzer and input of the tests."""

from pathlib import Path

RECORDED = Path(__file__).parents[2] / "evidence_corpus" / "recorded"

CURL_INCLUDE = """\
$ curl -i -X POST https://api.pigeon.example/session/refresh -H "Origin: https://app.pigeon.example"
HTTP/2 401
date: Mon, 30 Nov 2026 07:00:00 GMT
content-type: application/json; charset=utf-8
access-control-allow-origin: https://app.pigeon.example
set-cookie: sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=None

{"message":"unauthorised"}

Any idea why?
"""

CURL_VERBOSE = """\
$ curl -v https://api.pigeon.example/session/refresh -X POST
* Host api.pigeon.example:443 was resolved.
*   Trying 192.0.2.7:443...
* Connected to api.pigeon.example (192.0.2.7) port 443
* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384
> POST /session/refresh HTTP/2
> Host: api.pigeon.example
> user-agent: curl/8.5.0
> accept: */*
>
< HTTP/2 200
< content-type: application/json
< access-control-expose-headers: *
<
{ [2 bytes data]
{}
* Connection #0 to host api.pigeon.example left intact
"""

CHROME_HEADERS = """\
Request URL:
https://api.pigeon.example/signin
Request Method:
POST
Status Code:
200 OK
Remote Address:
192.0.2.7:443
Referrer Policy:
strict-origin-when-cross-origin
Response Headers
access-control-allow-credentials:
true
access-control-allow-origin:
https://app.pigeon.example
set-cookie:
sid=abc; Path=/; HttpOnly; Secure; SameSite=None
set-cookie:
rid=def; Path=/session/refresh
Request Headers
:authority:
api.pigeon.example
:method:
POST
accept:
*/*
origin:
https://app.pigeon.example
"""

CHROME_HEADERS_OF_OLD = """\
General
Request URL: https://api.pigeon.example/signin
Request Method: POST
Status Code: 200
Remote Address: 192.0.2.7:443

Response Headers
access-control-allow-credentials: true
access-control-expose-headers: *
Request Headers
Provisional headers are shown
Accept: */*
X-Pigeon: 1
"""

SAFARI_SUMMARY = """\
Summary
URL: https://api.pigeon.example/signin
Status: 200
Source: Network
Address: 192.0.2.7:443

Request
POST /signin HTTP/1.1
Accept: */*
Origin: https://app.pigeon.example

Response
HTTP/1.1 200 OK
Access-Control-Expose-Headers: x-pigeon
Content-Type: application/json
"""

FIREFOX_REQUEST_HEADERS = """\
POST /signin HTTP/2
Host: api.pigeon.example
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0
Accept: */*
Origin: https://app.pigeon.example
Cookie: sid=abc; sid=def; lang=de
"""

CURL_BASH = r"""curl 'https://api.pigeon.example/signin' \
  -H 'accept: */*' \
  -H 'sec-fetch-mode: cors' \
  -H 'content-type: application/json' \
  -b 'sid=abc; lang=de' \
  --data-raw $'{"name":"it\'s \u00e9"}' \
  --compressed
"""

CURL_CMD = r"""curl ^"https://api.pigeon.example/signin?x=1^&y=2^" ^
  -H ^"accept: application/json^" ^
  -H ^"user-agent: Mozilla/5.0^" ^
  --data-raw ^"^{^\^"name^\^":1^}^"
"""

FETCH = """\
await fetch("https://api.pigeon.example/signin", {
    "credentials": "include",
    "headers": {
        "Accept": "*/*",
        "X-Pigeon": "1"
    },
    "referrer": "https://app.pigeon.example/",
    "body": "{\\"name\\":1}",
    "method": "POST",
    "mode": "cors"
});
"""

POWERSHELL = """\
$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession
$session.UserAgent = "Mozilla/5.0 (X11)"
$session.Cookies.Add((New-Object System.Net.Cookie("sid", "abc", "/", "api.pigeon.example")))
Invoke-WebRequest -UseBasicParsing -Uri "https://api.pigeon.example/signin" `
-Method "POST" `
-WebSession $session `
-Headers @{
"authority"="api.pigeon.example"
  "method"="POST"
  "x-pigeon"="1"
} `
-ContentType "application/json" `
-Body "{`"name`":1}"
"""

CHROME_CONSOLE = """\
Access to fetch at 'https://api.pigeon.example/signin' from origin 'https://app.pigeon.example' has been blocked by \
CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.
website.js:1   POST https://api.pigeon.example/signin net::ERR_FAILED
(anonymous) @ website.js:1
VM12:3 GET https://api.pigeon.example/session 401 (Unauthorized)
"""

FIREFOX_CONSOLE = """\
Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at \
https://api.pigeon.example/signin. \
(Reason: CORS header \u2018Access-Control-Allow-Origin\u2019 missing). Status code: 200.
Uncaught (in promise) TypeError: NetworkError when attempting to fetch resource.
"""

SAFARI_CONSOLE = """\
[Error] Origin https://app.pigeon.example is not allowed by Access-Control-Allow-Origin. Status code: 200
[Error] Fetch API cannot load https://api.pigeon.example/signin due to access control checks.
"""

SERVER_LOG = """\
api-1  | INFO:     127.0.0.1:5000 - "POST /session//refresh HTTP/1.1" 404 Not Found
api-1  | 2026-11-30 07:00:00,123 ERROR something failed for ada@pigeon.example token=abcdef123456
web-1  |  POST /api/session/refresh 401 in 35ms
api-1  | [GIN] 2026/11/30 - 07:00:00 | 401 |      35.1ms |       127.0.0.1 | POST     "/signin"
api-1  | Traceback (most recent call last):
api-1  |   File "/app/main.py", line 3, in <module>
api-1  | ValueError: no queue
"""

FENCED_MESSAGE = """\
I get this from my backend

```http
HTTP/1.1 500 Internal Server Error
Content-Type: text/html

<h1>Oops</h1>
```

and the config is
```ts
init({ apiDomain: "https://api.pigeon.example", port: 25 })
```
what is wrong?
"""

TEXTS = {name: text for name, text in globals().items() if name.isupper() and isinstance(text, str)}
