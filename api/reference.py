"""`docs/api.md`: the OpenAPI document as a page to read. `make docs` writes it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.app import application
from api.openapi import Examples

DESTINATION = Path(__file__).parents[1] / "docs" / "api.md"

_EXAMPLES = Examples(
    symptoms=["signed out after every reload, but only in Safari"], entry_id="the-cause", finding_id="the-finding"
)
"""Of no product, so that the page doesn't change with the knowledge base."""

Schema = dict[str, Any]
_PROBLEM = "[Problem](#problem)"


def render() -> str:
    """The page, in Markdown."""
    document = application("a product", _EXAMPLES).openapi()
    return "\n".join(_page(document)).rstrip() + "\n"


def main() -> None:
    """Write the page."""
    DESTINATION.parent.mkdir(exist_ok=True)
    DESTINATION.write_text(render(), encoding="utf-8")


def _page(document: dict[str, Any]) -> Iterator[str]:
    yield "# REST API"
    yield ""
    yield "<!-- Written by `make docs` from the OpenAPI document. -->"
    yield document["info"]["description"]
    yield (
        "A running service has the document itself at `/openapi.json`, to generate clients from, and shows it at "
        "`/docs`. Python has a client: `from api.client import CausewayClient`."
    )
    yield ""
    for tag in document["tags"]:
        yield f"## {tag['name'].capitalize()}"
        yield ""
        yield tag["description"]
        yield ""
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if operation["tags"] == [tag["name"]]:
                    yield from _operation(f"{method.upper()} {path}", operation)
    yield "## Shapes"
    yield ""
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield from _shape(name, schema)


def _operation(call: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"### `{call}`"
    yield ""
    yield operation["description"]
    yield ""
    for scheme in operation.get("security", ()):
        yield "Scope: " + ", ".join(f"`{scope}`" for scopes in scheme.values() for scope in scopes)
        yield ""
    if parameters := operation.get("parameters"):
        yield "| parameter | in | type | |"
        yield "|---|---|---|---|"
        for parameter in parameters:
            schema = parameter["schema"]
            notes = [parameter.get("description", "")]
            if parameter["required"]:
                notes.append("Required.")
            yield _row(f"`{parameter['name']}`", parameter["in"], _type(schema), " ".join(filter(None, notes)))
        yield ""
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body, `{media_type}`: {_type(content['schema'])}"
        yield ""
    problems = []
    for status, response in operation["responses"].items():
        shapes = [_type(content["schema"]) for content in response.get("content", {}).values() if "schema" in content]
        if shapes == [_PROBLEM]:
            problems.append(status)
        else:
            yield f"Answers {status}: {', '.join(shapes) or response['description']}"
            yield ""
    if problems:
        yield f"Problems: {', '.join(problems)}"
        yield ""


def _shape(name: str, schema: Schema) -> Iterator[str]:
    yield f"### {name}"
    yield ""
    if description := schema.get("description"):
        yield description
        yield ""
    if "enum" in schema:
        yield "One of " + ", ".join(f"`{value}`" for value in schema["enum"]) + "."
        yield ""
    if properties := schema.get("properties"):
        yield "| field | type | |"
        yield "|---|---|---|"
        for field, details in properties.items():
            yield _row(f"`{field}`", _type(details), _notes(details, required=field in schema.get("required", ())))
        yield ""
    for example in schema.get("examples", ()):
        yield "```json"
        yield json.dumps(example, ensure_ascii=False)
        yield "```"
        yield ""


def _notes(schema: Schema, *, required: bool) -> str:
    notes = [schema.get("description", "")]
    if "default" in schema:
        notes.append(f"Default: `{json.dumps(schema['default'])}`.")
    elif not required:
        notes.append("May be left out.")
    return " ".join(filter(None, notes))


def _type(schema: Schema) -> str:
    """A type in a few words, with a link where it is a shape of its own."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if alternatives := schema.get("anyOf"):
        return " or ".join(map(_type, alternatives))
    kind: str = schema.get("format") or schema.get("type", "any")
    if kind == "array":
        kind = f"list of {_type(schema['items'])}" if "items" in schema else "list"
    elif kind == "object" and isinstance(values := schema.get("additionalProperties"), dict):
        kind = f"object of {_type(values)}"
    elif kind == "object" and (properties := schema.get("properties")):
        kind = "form with " + ", ".join(f"`{name}` ({_type(of)})" for name, of in properties.items())
    return kind + _limits(schema)


def _limits(schema: Schema) -> str:
    words = {
        "minimum": "from {:g}",
        "maximum": "to {:g}",
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
        "minItems": "at least {}",
        "maxItems": "at most {}",
        "pattern": "`{}`",
    }
    limits = [text.format(schema[name]) for name, text in words.items() if name in schema]
    return f" ({', '.join(limits)})" if limits else ""


def _row(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    main()
