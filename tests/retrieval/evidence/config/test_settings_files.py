from retrieval.evidence.config import read_config, resolve_environment
from retrieval.evidence.model import ConfigValue


def values(text: str, name: str) -> dict[str, ConfigValue]:
    return {fact.path: fact.value for fact in read_config(name, text, 1, None)}


def test_env_files_are_read_line_by_line() -> None:
    text = '# a comment\nAPI_DOMAIN=http://localhost:3001\nexport NAME="two words"\nnot a setting\nEMPTY=\n'
    assert values(text, ".env.local") == {"API_DOMAIN": "http://localhost:3001", "NAME": "two words", "EMPTY": ""}


def test_yaml_is_read_with_the_keys_that_lead_to_each_value() -> None:
    text = (
        "services:\n  api:\n    environment:\n      - API_DOMAIN=http://localhost\n      - DEBUG=1\n"
        "    ports: ['3001:3001']\n  web:\n    environment: {SECURE: false, RETRIES: 3, NAME: 'no'}\n"
    )
    assert values(text, "compose.yaml") == {
        "services.api.environment.API_DOMAIN": "http://localhost",
        "services.api.environment.DEBUG": "1",
        "services.api.ports": "3001:3001",
        "services.web.environment.SECURE": False,
        "services.web.environment.RETRIES": 3,
        "services.web.environment.NAME": "no",
    }


def test_yaml_is_read_up_to_the_line_that_is_none() -> None:
    assert values("a:\n  b: 1\n  c: [\n\t}", "serverless.yml") == {"a.b": 1}


def test_yaml_aliases_are_not_followed() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\nd: 1\n"
    assert values(bomb, "bomb.yaml") == {"a": "x", "d": 1}


def test_nginx_directives_are_read_with_their_blocks() -> None:
    text = (
        "server {\n  listen 80; # plain\n  location /api/ {\n    proxy_pass http://app:3001/;\n"
        "    add_header Access-Control-Expose-Headers '*' always;\n"
    )
    assert values(text, "default.conf") == {
        "server.listen": "80",
        "server.location /api/.proxy_pass": "http://app:3001/",
        "server.location /api/.add_header": ("Access-Control-Expose-Headers", "*", "always"),
    }


def test_a_variable_that_an_env_file_sets_is_put_where_code_reads_it() -> None:
    facts = resolve_environment(
        [
            *read_config(".env", "API_DOMAIN=http://localhost:3001\nSITE=https://example.com", 1, None),
            *read_config("config.ts", 'f({ api: process.env.API_DOMAIN || "x", other: process.env.OTHER })', 1, None),
            *read_config("config.py", 'f(site=os.environ["SITE"], prefix="https://" + os.getenv("SITE"))', 1, None),
        ]
    )
    resolved = {fact.path: (fact.value, fact.literal) for fact in facts}
    assert resolved["f.api"] == ("http://localhost:3001", True)
    assert resolved["f.other"] == ("process.env.OTHER", False)
    assert resolved["f.site"] == ("https://example.com", True)
    assert resolved["f.prefix"] == ('"https://" + os.getenv("SITE")', False)
