"""Secrets and personal data, masked before text leaves the process or is stored.

Names, attributes and lengths stay, as they prove things: `sAccessToken=[masked:812]; Path=/; Secure`. Rules are RE2's,
hence linear in the text. When in doubt they mask: a word too many is a blemish, a token too few is a leak.
"""

import math
from collections import Counter
from collections.abc import Callable

import re2

_QUOTE = r"\\?[\"'`]"
_SET = rf"(?:{_QUOTE})?\s*(?:,\s*{_QUOTE}value{_QUOTE}\s*)?(?::=|=>|[:=])\s*"
"""What stands between a name and its value: in headers, JSON, code, forms, and the name-value pairs of a HAR."""
_VALUE = r"""(?:\\"([^"\\\n]*)|"((?:[^"\\\n]|\\.)*)|'((?:[^'\\\n]|\\.)*)|`([^`\n]*)|([^\s"'`&]+))"""

_COOKIES = rf"(?i)\bcookie2?{_SET}[^\n]*"
_COOKIE_OBJECT = rf"(?i)\bcookies?{_SET}\{{[^}}\n]*"
_COOKIE_FIELD = r"(:\s*[\"'])([^\"'\n]*)"
_COOKIE = (
    r"(?i)\b(?:set-cookie2?|cookie2?|path|domain|expires|max-age|samesite|priority|version)=[^;,\s\"']*"
    r"|([^\s;=,\"'{}()]+)=(\"[^\"\n]*\"|[^;\"'\s]*)"
)
_AUTHORIZATION = (
    rf"(?i)(\bauthorization{_SET}(?:{_QUOTE})?)(?:((?:digest|aws4-hmac-sha256|negotiate|ntlm|hoba|oauth)\s+)([^\n'`]+)"
    r"|((?:basic|bearer|token|apikey|dpop)\s+)([^\s\"'`,;]+)|([^\s\"'`,;]+))"
)
_CREDENTIALS = r"(?i)\b((?:bearer|basic|dpop)\s+)([\w.~+/=-]{8,})"
_USERINFO = r"(://[^\s/:@\[\"']*:)([^\s/\"'@]*[^\d\s/\"'@][^\s\"'@]*(?:@[^\s/\"'@]*)*|\d+)@"
_ALWAYS = (
    rf"(?i)([\w.$-]*(?:passwor[dt]|passwd|passphrase|pwd|secret|api_?-?key|access_?-?key|private_?-?key|secret_?-?key"
    rf"|signing_?-?key|encryption_?-?key|credentials?|otp|input_?code|recovery_?codes?|phone|phone_?number)"
    rf"{_SET}){_VALUE}"
)
_IF_RANDOM = (
    rf"(?i)([\w.$-]*(?:token|csrf|xsrf|code|state|nonce|session|session_?id|sid|jti|key|sig|signature|assertion|verifier"
    rf"|challenge|hash|ticket|auth|credential|bearer){_SET}){_VALUE}"
)
_LINK_CODE = r"((?i:https?://)[^\s#\"']+#)([\w-]{16,})"
_PRIVATE_KEY = (
    r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)((?:-?[A-Za-z0-9+/=\s\\:,]+)+)(?:-----END [A-Z ]*PRIVATE KEY-----)?"
)
_BASE64_JSON = r"\be(?:yJ|yA|w[okp0])[\w+/=-]{10,}(?:\.[\w+/=-]*){0,4}"
_PADDED_BASE64 = r"()\b([A-Za-z0-9+/_-]{14,}={1,2})(?:[^\w=[]|$)"
_PROVIDER_KEY = (
    r"\b(?:(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"  # AWS
    r"|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|npm_\w{30,}|pypi-[\w-]{50,}"
    r"|xox[a-z]-[\w-]{10,}|xapp-[\w-]{10,}|[sr]k_(?:live|test)_\w{10,}|whsec_\w{10,}|sk-[\w-]{20,}"
    r"|AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w.-]{20,}|4/0[\w-]{20,}|1//0[\w-]{20,}"  # Google
    r"|EAA[A-Za-z0-9]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|SK[0-9a-f]{32}|AC[0-9a-f]{32}|key-[0-9a-f]{32}|\d{8,10}:AA[\w-]{30,}"
    r"|[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,})"  # Discord
)
_HEX = r"[0-9a-fA-F]{32,}"
_EMAIL = r"[\pL\pN._%+'-]+(?:@|%40)[\pL\pN-]+(?:\.[\pL\pN-]+)*\.\pL{2,}"
_DENSE = r"[A-Za-z0-9+_-]{32,}"

_CONSTANT = re2.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+[,.]?")
_NOT_A_VALUE = re2.compile(
    r"(?i)(?:string|str|bool|boolean|true|false|null|none|nil|undefined|any|optional|required|missing|empty"
    r"|include|omit|same-origin"
    r"|(?:process\.env|import\.meta|os\.|env[.(\[]|settings\.|config\.|deno\.env|getenv|[$<{*\[(]).*|x{3,}|)[,;)\]}]*"
)
_CAMEL_WORD = re2.compile(r"[A-Z]?[a-z]+|[A-Z]+")
LEAST_WORD_LETTERS = 3
LEAST_ENTROPY = 4.0
"""Bits per character above which 32 characters in a row are no words: paths, names and UUIDs stay below."""


def mask(text: str) -> str:
    """The text with what is secret in it replaced by `[masked:LENGTH]`, e-mail addresses by `[masked:e-mail]`.

    Masking twice changes nothing more, and every line stays where it was.
    """
    text = text.encode(errors="replace").decode()  # RE2 takes no lone surrogates
    if _ANY_RULE.Match(text):  # in most of what people write there is nothing to mask
        for pattern, replace in _RULES:
            text = pattern.sub(replace, text)
    return str(text)


def _masked(value: str) -> str:
    return value if value.startswith("[masked:") or not value else f"[masked:{len(value)}]"


def _cookies(match: "re2._Match") -> str:
    masked: str = _COOKIE_PATTERN.sub(_cookie, match[0])
    return masked


def _cookie_object(match: "re2._Match") -> str:
    masked: str = _COOKIE_FIELD_PATTERN.sub(_second_group, match[0])
    return masked


def _cookie(match: "re2._Match") -> str:
    return match[0] if match[1] is None else f"{match[1]}={_masked(match[2])}"


def _authorization(match: "re2._Match") -> str:
    start, long_scheme, long_value, scheme, value, alone = match.groups()
    if alone is not None:
        return f"{start}{_masked(alone)}" if _looks_random(alone) else match[0]
    secret = long_value or value
    return f"{start}{long_scheme or scheme}{_masked(secret) if _is_literal(secret) else secret}"


def _second_group(match: "re2._Match") -> str:
    return f"{match[1]}{_masked(match[2])}{match[0][match.end(2) - match.start() :]}"


def _private_key(match: "re2._Match") -> str:
    line_ends = "\n" * match[2].count("\n")  # kept, so that what follows stays on its line
    return f"{match[1]}{_masked(match[2])}{line_ends}{match[0][match.end(2) - match.start() :]}"


def _if_random(match: "re2._Match") -> str:
    return _second_group(match) if _looks_random(match[2]) else match[0]


def _named(is_secret: Callable[[str], bool]) -> Callable[["re2._Match"], str]:
    def replace(match: "re2._Match") -> str:
        value = next(group for group in match.groups()[1:] if group is not None)
        unquoted = match.groups()[-1] is not None
        rest = ""
        if unquoted:
            value, rest = (bare := value.rstrip(",;)]}")), value[len(bare) :]
        if not is_secret(value):
            return str(match[0])
        return f"{match[0][: len(match[0]) - len(value) - len(rest)]}{_masked(value)}{rest}"

    return replace


def _is_literal(value: str) -> bool:
    return not _NOT_A_VALUE.fullmatch(value) and not _CONSTANT.fullmatch(value)


def _looks_random(value: str) -> bool:
    """Whether this is no word, path, URL or constant: it is long, or mixes letters with digits, or both cases."""
    if len(value) < 8 or value.startswith(("/", ".")) or "://" in value or any(map(str.isspace, value)):
        return False
    if not _is_literal(value):
        return False
    if len(value) >= 32 or any(map(str.isdigit, value)):
        return True
    # "getTokenTransferMethod" is made of words, "dXNlcjpwYXNz" changes case every other letter.
    return len(value) < LEAST_WORD_LETTERS * len(_CAMEL_WORD.findall(value))


def _whole(match: "re2._Match") -> str:
    return _masked(match[0])


def _dense(match: "re2._Match") -> str:
    value = match[0]
    counts = Counter(value).values()
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
    classes = sum(any(test(character) for character in value) for test in (str.isupper, str.islower, str.isdigit))
    return _masked(value) if entropy >= LEAST_ENTROPY and classes == 3 else value


_COOKIE_FIELD_PATTERN = re2.compile(_COOKIE_FIELD)
_COOKIE_PATTERN = re2.compile(_COOKIE)
_RULES: tuple[tuple["re2._Regexp", Callable[["re2._Match"], str]], ...] = tuple(
    (re2.compile(pattern), replace)
    for pattern, replace in (
        (_PRIVATE_KEY, _private_key),
        (_COOKIES, _cookies),
        (_COOKIE_OBJECT, _cookie_object),
        (_AUTHORIZATION, _authorization),
        (_CREDENTIALS, _if_random),
        (_USERINFO, _second_group),
        (_ALWAYS, _named(_is_literal)),
        (_IF_RANDOM, _named(_looks_random)),
        (_LINK_CODE, _second_group),
        (_PROVIDER_KEY, _whole),
        (_BASE64_JSON, _whole),
        (_PADDED_BASE64, _if_random),
        (_HEX, _whole),
        (_EMAIL, lambda match: "[masked:e-mail]"),
        (_DENSE, _dense),
    )
)


def _filter_of_rules() -> "re2.Filter":
    """Finds in one pass whether some rule matches. Unlike one expression of all, it needs no megabytes for that."""
    rules = re2.Filter()
    for pattern, _ in _RULES:
        rules.Add(pattern.pattern)
    rules.Compile()
    return rules


_ANY_RULE = _filter_of_rules()
