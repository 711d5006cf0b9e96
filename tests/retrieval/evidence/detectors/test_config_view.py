import pytest

from kb import ProductEvidence
from kb.expressions import CONFIG_FIELDS
from retrieval.evidence.config import read_config
from retrieval.evidence.detectors.config_view import Sides, setting_name, view_config
from retrieval.evidence.model import Side

PRODUCT = ProductEvidence.model_validate(
    {
        "frontend": {"imports": ["^pigeon-web(/|$)"], "names": ["tokenStore"]},
        "backend": {"imports": ["^pigeon-server(/|$)"], "names": ["relayHost"]},
    }
)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Session.init.cookieSameSite", "cookieSameSite"),
        ("session.init.cookie_same_site", "cookieSameSite"),
        ("session.Init.CookieSameSite", "cookieSameSite"),
        ("supertokens.Init.AppInfo.APIDomain", "apiDomain"),
        ("CORS_ALLOW_ALL_ORIGINS", "corsAllowAllOrigins"),
        ("server.proxy_pass", "proxyPass"),
        ("URL", "url"),
        ("port", "port"),
    ],
)
def test_one_name_fits_every_language(path: str, name: str) -> None:
    assert setting_name(path) == name


def test_a_view_has_the_fields_that_expressions_may_name() -> None:
    (fact,) = read_config("a.ts", 'x: ["a"]', 1, None)
    assert view_config(fact).keys() == CONFIG_FIELDS
    assert view_config(fact)["value"] == ["a"]


@pytest.mark.parametrize(
    ("text", "language", "side"),
    [
        ('import P from "pigeon-web";\nP.init({ port: 25 });', "ts", Side.FRONTEND),
        ('import P from "pigeon-server/relay";\nP.init({ port: 25 });', "ts", Side.BACKEND),
        ('tokenStore: "cookie",', "ts", Side.FRONTEND),
        ('relayHost: "a",', "ts", Side.BACKEND),
        ('"use client";\nimport P from "pigeon-server";\nf();', "ts", Side.FRONTEND),
        ("const a = window.location.host;", "ts", Side.FRONTEND),
        ("port = 25", "python", Side.BACKEND),
        ("port: 25,", "ts", Side.UNKNOWN),
        ('import P from "pigeon-server";\nimport Q from "pigeon-web";', "ts", Side.UNKNOWN),
    ],
)
def test_a_side_is_told_by_imports_then_by_names(text: str, language: str, side: Side) -> None:
    assert {fact.side for fact in Sides(PRODUCT).assign(read_config("message", text, 1, language))} == {side}


def test_each_snippet_of_a_message_has_its_own_side() -> None:
    facts = [
        *read_config("message", 'tokenStore: "cookie",\nport: 1,', 1, "ts"),
        *read_config("message", 'relayHost: "a",\nport: 2,', 10, "ts"),
    ]
    sides = {fact.value: fact.side for fact in Sides(PRODUCT).assign(facts)}
    assert (sides[1], sides[2]) == (Side.FRONTEND, Side.BACKEND)
