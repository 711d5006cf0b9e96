from retrieval.evidence.config import read_config
from retrieval.evidence.model import ConfigValue

BACKEND = """
import Session from "mail-server/recipe/session";
const apiDomain = "http://localhost:3001";
Mail.init({
  appInfo: { apiDomain, websiteDomain: process.env.SITE ?? "https://example.com" },
  recipeList: [EmailPassword.init(), Session.init({ cookieSameSite: "none", cookieSecure: false })],
});
app.use(cors({ origin: "*", exposedHeaders: ["x-total", ...names()] }));
app.use("/api", middleware());
res.setHeader("Access-Control-Expose-Headers", "*");
"""


def values(text: str, language: str | None = None, name: str = "pasted") -> dict[str, ConfigValue]:
    return {fact.path: fact.value for fact in read_config(name, text, 1, language)}


def test_a_key_is_named_by_the_calls_and_keys_around_it() -> None:
    settings = values(BACKEND)
    assert settings["Session.init.cookieSameSite"] == "none"
    assert settings["Session.init.cookieSecure"] is False
    assert settings["app.use(cors).origin"] == "*"


def test_a_list_gives_its_literals_and_the_source_of_everything_else() -> None:
    settings = values(BACKEND)
    assert settings["app.use(cors).exposedHeaders"] == ("x-total", "...names()")
    assert settings["Mail.init.recipeList"] == ("EmailPassword.init", "Session.init")


def test_the_name_of_a_constant_is_replaced_by_its_value_and_any_other_expression_is_not_literal() -> None:
    facts = {fact.path: fact for fact in read_config("config.ts", BACKEND, 1, None)}
    assert facts["Mail.init.appInfo.apiDomain"].value == "http://localhost:3001"
    assert facts["Mail.init.appInfo.apiDomain"].literal
    site = facts["Mail.init.appInfo.websiteDomain"]
    assert (site.value, site.literal) == ('process.env.SITE ?? "https://example.com"', False)


def test_imports_and_calls_are_facts_too() -> None:
    settings = values(BACKEND)
    assert settings["import"] == "mail-server/recipe/session"
    assert settings["res.setHeader"] == ("Access-Control-Expose-Headers", "*")
    assert [fact.value for fact in read_config("a.js", 'CookieManager.clearAll();\nrequire("x");', 1, None)] == [
        (),
        "x",
    ]


def test_a_fact_says_where_it_stands() -> None:
    (fact,) = [fact for fact in read_config("message", BACKEND, 11, "ts") if fact.path == "app.use(cors).origin"]
    assert (fact.where, fact.snippet, fact.text) == (
        "message, line 18",
        11,
        'app.use(cors({ origin: "*", exposedHeaders: ["x-total", ...names()] }));',
    )


def test_the_inside_of_an_object_is_read_as_if_it_were_whole() -> None:
    assert values('apiDomain: "https://a.example.com",\napiBasePath: "/auth",') == {
        "apiDomain": "https://a.example.com",
        "apiBasePath": "/auth",
    }
    assert values('apiDomain: "https://a.example.com"') == {"apiDomain": "https://a.example.com"}
    assert values('api_domain="https://a.example.com",\napi_base_path="/auth",') == {
        "api_domain": "https://a.example.com",
        "api_base_path": "/auth",
    }
    assert values('APIDomain: "https://a.example.com",\nAPIBasePath: "/auth",', "go") == {
        "APIDomain": "https://a.example.com",
        "APIBasePath": "/auth",
    }


def test_a_snippet_that_breaks_off_keeps_its_nesting() -> None:
    cut_off = (
        'Mail.init({\n  appInfo: { apiDomain: "https://a.example.com" },\n  recipeList: [Session.init({ secure: true'
    )
    assert values(cut_off) == {
        "Mail.init": (),
        "Mail.init.appInfo.apiDomain": "https://a.example.com",
        "Mail.init.recipeList": ("Session.init",),
        "Session.init": (),
        "Session.init.secure": True,
    }


def test_what_a_function_returns_is_named_by_the_function() -> None:
    assert values('getTenantId: () => ""') == {"getTenantId": '() => ""', "getTenantId.return": ""}
    assert values('f({ getTenantId: async () => { if (x) { return "a"; } } })')["f.getTenantId.return"] == "a"
    assert values('def get_tenant_id():\n    return ""')["get_tenant_id.return"] == ""


def test_elements_of_jsx_are_facts() -> None:
    settings = values('<React.StrictMode><Wrapper mode="dark" on={false} /></React.StrictMode>')
    assert settings == {"<React.StrictMode>": True, "<Wrapper>": True, "<Wrapper>.mode": "dark", "<Wrapper>.on": False}


def test_python_is_read_with_keyword_arguments_and_dictionaries() -> None:
    settings = values(
        "from starlette.middleware.cors import CORSMiddleware\n"
        'app.add_middleware(CORSMiddleware, allow_origins=["*"], max_age=-1, headers=f"{x}")\n'
        "CORS_ALLOW_ALL_ORIGINS = True\n"
        'x = {"scope": ["a" "b"]}\n'
    )
    assert settings == {
        "import": "starlette.middleware.cors",
        "app.add_middleware(CORSMiddleware)": ("CORSMiddleware",),
        "app.add_middleware(CORSMiddleware).allow_origins": ("*",),
        "app.add_middleware(CORSMiddleware).max_age": -1,
        "app.add_middleware(CORSMiddleware).headers": 'f"{x}"',
        "CORS_ALLOW_ALL_ORIGINS": True,
        "x.scope": ("ab",),
    }


def test_go_is_read_with_structs_and_pointers_to_literals() -> None:
    settings = values(
        'import "example.com/mail/session"\n'
        "secure := false\n"
        "err := mail.Init(mail.Input{\n"
        '  AppInfo: mail.AppInfo{APIDomain: "http://localhost:3001"},\n'
        "  Recipes: []mail.Recipe{session.Init(&session.Input{Secure: &secure, SameSite: strPtr(`none`)})},\n"
        "})\n"
    )
    assert settings["import"] == "example.com/mail/session"
    assert settings["mail.Init.AppInfo.APIDomain"] == "http://localhost:3001"
    assert settings["mail.Init.Recipes"] == ("session.Init",)
    assert settings["session.Init.Secure"] is False
    assert settings["session.Init.SameSite"] == "none"


def test_json_may_have_comments_and_may_be_the_inside_of_an_object() -> None:
    assert values('{\n\t"a": {"b": 1.5}, // why\n\t"c": null,\n}', "json") == {"a.b": 1.5, "c": None}
    assert values('"reactStrictMode": true,') == {"reactStrictMode": True}


def test_nesting_without_end_is_read_as_far_as_people_nest() -> None:
    assert values("f(" * 20_000, "ts") is not None
    assert values('{"a":' * 20_000 + '"deep"', "json") == {}
    assert values("[" * 20_000 + '"deep"', "python") is not None
