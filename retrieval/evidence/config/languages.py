"""In which language a snippet is written."""

import re2

_BY_TAG = {
    "javascript": ("javascript", "js", "jsx", "mjs", "cjs"),
    "typescript": ("typescript", "ts", "tsx", "mts", "cts", "vue", "svelte"),
    "python": ("python", "py", "python3"),
    "go": ("go", "golang"),
    "dotenv": ("dotenv", "env"),
    "yaml": ("yaml", "yml"),
    "json": ("json", "jsonc", "json5"),
    "nginx": ("nginx", "conf", "nginxconf"),
}
_LANGUAGE = {tag: language for language, tags in _BY_TAG.items() for tag in tags}

# For snippets without a name, in this order. Each must be plain in the text: prose and logs are no configuration.
_MARKS = {
    "nginx": (
        r"^[ \t]*(server|location .*|upstream .*|http)[ \t]*\{[ \t]*$",
        r"^[ \t]*(proxy_\w+|add_header|try_files)[ \t].*;",
    ),
    "go": (
        r"^package \w+$",
        r"^func \w*\(",
        r"\w[ \t]*:=[ \t]",
        r"\b\w+\.\w+\{[ \t]*$",
        r"\[\]\w+\.\w+\{",
    ),
    "python": (
        r"^[ \t]*from [\w.]+ import ",
        r"^[ \t]*(async )?def \w+\(.*:[ \t]*$",
        r"^[ \t]*[\w.]+[ \t]*=[ \t]*(True|False|None)\b",
        r"^import [\w.]+$",
    ),
    "json": (
        r'\A\s*[\[{]\s*"[^"\n]*"\s*[:,]',
        r'\A\s*"[^"\n]*"[ \t]*:[ \t]*(["\[{\d]|true|false)',
    ),
    "typescript": (
        r"""^[ \t]*(import .* from |import ["']|export |const |let |var )""",
        r"=>|\brequire\(|\bfunction\b.*\{|\w\([ \t]*\{",
        r"""^[ \t]*["']?\w+["']?[ \t]*:[ \t]*(["'`{\[]|true\b|false\b|process\.env)""",
        r"""\.\w+\(["'`].*\)""",
        r"^[ \t]*<[A-Z][\w.]*[ />]",
        r"^[ \t]*(await |return )?[\w.]+\(.*\);[ \t]*$",
        r"^[ \t]*[\w.]+[ \t]*=[^=].*[;{][ \t]*$",
    ),
    "python, the inside of a call": (
        r"""^[ \t]*\w+[ \t]*=[ \t]*["'\[{\d].*$""",
        r"\w\([ \t]*$",
    ),
}
_PATTERNS = [(language.split(",")[0], re2.compile("(?m)" + "|".join(marks))) for language, marks in _MARKS.items()]
_ANY_MARK = re2.compile("(?m)" + "|".join(mark for marks in _MARKS.values() for mark in marks))
_DOTENV_LINE = re2.compile(r"(export )?[A-Z][A-Z0-9_]*=.*")
_YAML_LINE = re2.compile(r"\s*(- )?[\w.\-/]+:(\s.*)?|\s*- .*")
_YAML_NESTING = re2.compile(r":[ \t]*\n *(- | \S)")


def guess_language(name: str, text: str, tag: str | None) -> str | None:
    """The language of a text, by its tag, its file name or what stands in it; None if it is none that is read."""
    ending = name.rsplit("/", 1)[-1].rsplit(".", 1)[-1].lower()
    base = name.rsplit("/", 1)[-1].lower()
    if tag and tag.lower() in _LANGUAGE:
        return _LANGUAGE[tag.lower()]
    if base.startswith(".env"):
        return "dotenv"
    if "." in name and ending in _LANGUAGE:
        return _LANGUAGE[ending]
    return _by_content(text)


def _by_content(text: str) -> str | None:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        return None
    if all(_DOTENV_LINE.fullmatch(line) for line in lines):
        return "dotenv"
    if all(_YAML_LINE.fullmatch(line) for line in lines) and _YAML_NESTING.search(text):
        return "yaml"
    if not _ANY_MARK.search(text):
        return None  # as of nearly all prose
    return next((language for language, marks in _PATTERNS if marks.search(text)), None)
