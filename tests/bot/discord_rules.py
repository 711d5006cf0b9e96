"""What Discord refuses, and with which code.

From discord/discord-api-docs: resources/message, components/reference, interactions/application-commands,
topics/opcodes-and-status-codes.
"""

import re
from collections.abc import Callable, Iterator
from enum import IntEnum, IntFlag
from http import HTTPStatus
from typing import Any

MENTIONS = {"everyone": r"@everyone|@here", "users": r"<@!?(\d+)>", "roles": r"<@&(\d+)>"}

EPHEMERAL = 1 << 6
COMPONENTS_V2 = 1 << 15
MAX_TEXT, MAX_COMPONENTS = 4000, 40
COMMAND_NAME = r"[-_'\w]{1,32}"


class Component(IntEnum):
    """Kinds of components."""

    ROW = 1
    BUTTON = 2
    SELECT = 3
    TEXT_INPUT = 4
    TEXT = 10
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19


class Permission(IntFlag):
    """Those that this bot can notice."""

    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    READ_MESSAGE_HISTORY = 1 << 16
    MANAGE_GUILD = 1 << 5
    MANAGE_THREADS = 1 << 34
    SEND_MESSAGES_IN_THREADS = 1 << 38


class Refusal(Exception):
    """An error answer of Discord."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def check_form(holds: object, problem: str) -> None:
    """Refuse a form in which this doesn't hold."""
    if not holds:
        raise Refusal(HTTPStatus.BAD_REQUEST, 50035, f"Invalid Form Body\n{problem}")


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All components, those within others too."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))


def texts_of(body: dict[str, Any]) -> str:
    """Everything that a message says, by line."""
    displays = [part["content"] for part in walk(body.get("components") or []) if part["type"] == Component.TEXT]
    return "\n".join([*([body["content"]] if body.get("content") else []), *displays])


def check_message(body: dict[str, Any]) -> None:
    """Refuse what can't be a message."""
    components = body.get("components") or []
    if body.get("flags", 0) & COMPONENTS_V2:
        check_form(not body.get("content") and not body.get("embeds"), "content: not allowed with components V2.")
        check_form(components, "components: This field is required.")
    else:
        content = body.get("content") or ""
        check_form(len(content) <= 2000, "content: Must be 2000 or fewer in length.")
        if not content.strip() and not body.get("embeds"):
            raise Refusal(HTTPStatus.BAD_REQUEST, 50006, "Cannot send an empty message")
    check_form(len(str(body.get("nonce") or "")) <= 25, "nonce: Must be 25 or fewer in length.")
    check_components(components)


def check_components(components: list[dict[str, Any]]) -> None:
    """Refuse components out of limits."""
    parts = list(walk(components))
    check_form(len(parts) <= MAX_COMPONENTS, "components: Must be 40 or fewer in total.")
    written = [part["content"] for part in parts if part["type"] == Component.TEXT]
    check_form(all(text.strip() for text in written), "components: A text display must not be empty.")
    check_form(sum(_length(text) for text in written) <= MAX_TEXT, "components: Texts must be 4000 or fewer in total.")
    ids = [part["custom_id"] for part in parts if part.get("custom_id")]
    check_form(len(set(ids)) == len(ids), "components: Component custom id cannot be duplicated.")
    check_form(all(1 <= _length(one) <= 100 for one in ids), "custom_id: Must be between 1 and 100 in length.")
    for part in parts:
        _check_part(part)


def _check_row(row: dict[str, Any]) -> None:
    kinds = [part["type"] for part in row["components"]]
    is_select = kinds == [Component.SELECT]
    check_form(is_select or set(kinds) == {Component.BUTTON}, "An action row has buttons or one select.")
    check_form(1 <= len(kinds) <= 5, "An action row has 1 to 5 buttons.")


def _check_button(button: dict[str, Any]) -> None:
    check_form(1 <= _length(button.get("label") or "") <= 80, "label: Must be between 1 and 80 in length.")
    is_link = button["style"] == 5
    check_form(is_link == ("url" in button) == ("custom_id" not in button), "A button has a url or a custom id.")
    check_form(_length(button.get("url") or "") <= 512, "url: Must be 512 or fewer in length.")


def _check_select(select: dict[str, Any]) -> None:
    options = select["options"]
    check_form(1 <= len(options) <= 25, "options: Must be between 1 and 25 in length.")
    check_form(_length(select.get("placeholder") or "") <= 150, "placeholder: Must be 150 or fewer in length.")
    check_form(len({option["value"] for option in options}) == len(options), "options: values must be unique.")
    check_form(sum(option.get("default", False) for option in options) <= 1, "options: One default at most.")
    for option in options:
        check_form(1 <= _length(option["label"]) <= 100, "label: Must be between 1 and 100 in length.")
        check_form(1 <= _length(option["value"]) <= 100, "value: Must be between 1 and 100 in length.")
        check_form(_length(option.get("description") or "") <= 100, "description: Must be 100 or fewer in length.")


def _check_label(label: dict[str, Any]) -> None:
    check_form(1 <= _length(label["label"]) <= 45, "label: Must be between 1 and 45 in length.")
    check_form(_length(label.get("description") or "") <= 100, "description: Must be 100 or fewer in length.")


def _check_text_input(text_input: dict[str, Any]) -> None:
    check_form(text_input.get("max_length", 4000) <= 4000, "max_length: Must be 4000 or fewer.")


def _check_file_upload(upload: dict[str, Any]) -> None:
    check_form(0 <= upload.get("min_values", 1) <= upload.get("max_values", 1) <= 10, "0 to 10 files.")


_CHECKS: dict[int, Callable[[dict[str, Any]], None]] = {
    Component.ROW: _check_row,
    Component.BUTTON: _check_button,
    Component.SELECT: _check_select,
    Component.LABEL: _check_label,
    Component.TEXT_INPUT: _check_text_input,
    Component.FILE_UPLOAD: _check_file_upload,
}


def _check_part(part: dict[str, Any]) -> None:
    if check := _CHECKS.get(part["type"]):
        check(part)


def check_modal(modal: dict[str, Any]) -> None:
    """Refuse a modal out of limits."""
    check_form(1 <= _length(modal["title"]) <= 45, "title: Must be between 1 and 45 in length.")
    check_form(1 <= len(modal["custom_id"]) <= 100, "custom_id: Must be between 1 and 100 in length.")
    check_form(1 <= len(modal["components"]) <= 5, "components: Must be between 1 and 5 in length.")
    for part in walk([label.get("component") or label for label in modal["components"]]):
        _check_part(part)
    for label in modal["components"]:
        _check_label(label)


def check_choices(choices: list[dict[str, Any]]) -> None:
    """Refuse suggestions out of limits."""
    check_form(len(choices) <= 25, "choices: Must be 25 or fewer in length.")
    for choice in choices:
        check_form(1 <= _length(choice["name"]) <= 100, "name: Must be between 1 and 100 in length.")
        check_form(1 <= _length(choice["value"]) <= 100, "value: Must be between 1 and 100 in length.")


def pings_of(body: dict[str, Any], unsaid: tuple[str, ...]) -> list[str]:
    """The mentions in a message that notify somebody; `unsaid` are the kinds that do if the message doesn't say."""
    allowed = body.get("allowed_mentions")
    allowed = {"parse": list(unsaid)} if allowed is None else allowed
    return [
        match[0]
        for kind, pattern in MENTIONS.items()
        for match in re.finditer(pattern, texts_of(body))
        if kind in allowed.get("parse", []) or match[match.lastindex or 0] in map(str, allowed.get(kind, []))
    ]


def check_commands(commands: list[dict[str, Any]]) -> None:
    """Refuse what can't be registered as commands."""
    chat = [command for command in commands if command.get("type", 1) == 1]
    menus = [command for command in commands if command.get("type", 1) != 1]
    check_form(len(chat) <= 100 and len(menus) <= 15, "Too many commands.")
    check_form(len({command["name"] for command in chat}) == len(chat), "Command names must be unique.")
    for menu in menus:
        for name in (menu["name"], *(menu.get("name_localizations") or {}).values()):
            check_form(1 <= _length(name) <= 32, f"name: {name!r} is invalid.")
    for command in chat:
        _check_command(command)


def _check_command(command: dict[str, Any]) -> None:
    options = command.get("options", [])
    check_form(len(options) <= 25, "options: Must be 25 or fewer in length.")
    for named in (command, *options):
        for name in (named["name"], *(named.get("name_localizations") or {}).values()):
            check_form(re.fullmatch(COMMAND_NAME, name) and name == name.lower(), f"name: {name!r} is invalid.")
        for text in (named["description"], *(named.get("description_localizations") or {}).values()):
            check_form(1 <= _length(text) <= 100, f"description of {named['name']}: Must be 1 to 100 in length.")
    for locale in {locale for option in options for locale in option.get("name_localizations") or {}}:
        names = [(option.get("name_localizations") or {}).get(locale, option["name"]) for option in options]
        check_form(len(set(names)) == len(names), f"options: Names in {locale} must be unique.")
    required = [option.get("required", False) for option in options]
    check_form(required == sorted(required, reverse=True), "options: Required options must come first.")
    for option in options:
        lengths = (option.get("min_length", 0), option.get("max_length", 6000))
        check_form(0 <= lengths[0] <= lengths[1] <= 6000, "options: Lengths must be between 0 and 6000.")
        for choice in option.get("choices", []):
            for name in (choice["name"], *(choice.get("name_localizations") or {}).values()):
                check_form(1 <= _length(name) <= 100, f"choice {name!r} is invalid.")
        if option["type"] in (1, 2):
            _check_command(option)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
