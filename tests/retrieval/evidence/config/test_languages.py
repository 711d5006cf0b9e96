import pytest

from retrieval.evidence.config.languages import guess_language


@pytest.mark.parametrize(
    ("name", "text", "tag", "language"),
    [
        ("message", "x", "TSX", "typescript"),
        ("src/App.jsx", "x", None, "javascript"),
        (".env.production", "x", None, "dotenv"),
        ("nginx.conf", "x", None, "nginx"),
        ("message", "A_B=1\nC=2", None, "dotenv"),
        ("message", "services:\n  api:\n    image: x", None, "yaml"),
        ("message", "location /api/ {\n  proxy_pass http://app;\n}", None, "nginx"),
        ("message", 'err := mail.Init(mail.Input{\n  Name: "x",\n})', None, "go"),
        ("message", "from mail import init\ninit()", None, "python"),
        ("message", 'api_domain="https://a.example.com",', None, "python"),
        ("message", '{"dependencies": {}}', None, "json"),
        ("message", 'import Mail from "mail";', None, "typescript"),
        ("message", 'apiDomain: "https://a.example.com",', None, "typescript"),
    ],
)
def test_language_is_told_by_tag_then_name_then_content(name: str, text: str, tag: str | None, language: str) -> None:
    assert guess_language(name, text, tag) == language


@pytest.mark.parametrize(
    "prose",
    [
        "",
        "Login works, but after an hour I am logged out. What can I do?",
        "Error: connect ECONNREFUSED 127.0.0.1:3567\n    at TCPConnectWrap.afterConnect (node:net:1555:16)",
        "HTTP/1.1 200 OK\ncontent-type: application/json\naccess-control-allow-origin: *",
    ],
)
def test_prose_logs_and_headers_are_no_configuration(prose: str) -> None:
    assert guess_language("message", prose, None) is None
