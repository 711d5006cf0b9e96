"""Change one place of a file, as an author does."""

from pathlib import Path


def edit(path: Path, old: str, new: str) -> None:
    """Replace `old`, which the file must hold exactly once, by `new`."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path} holds {old!r} {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(path: Path, text: str) -> int:
    """Number, from 1, of the only line that holds `text`."""
    (number,) = [
        number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1) if text in line
    ]
    return number
