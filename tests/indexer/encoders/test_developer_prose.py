from pathlib import Path

from indexer.encoders.developer_prose import read_prose

MODULE = '''"""Keep what callers left behind until they ask again.

Short.

    1 | 2 | 3 | 4 | 5 | 6 | 7 | 8
"""

class Shelf:
    """A place for each of the callers, in order of arrival."""

    async def put(self):
        """Keep what callers left
        behind until they ask again."""
        return "not a docstring, however long it is"
'''


def test_paragraphs_of_docstrings_are_read_once_without_tables_and_headings(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "shelf.py").write_text(MODULE)
    assert read_prose([tmp_path]) == [
        "A place for each of the callers, in order of arrival.",
        "Keep what callers left behind until they ask again.",
    ]


def test_files_that_are_no_python_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "template.py").write_text(
        '"""A template of a module, with {{ holes }} in it."""\ndef {{ name }}(): ...'
    )
    (tmp_path / "binary.py").write_bytes(b"\x00\xff")
    (tmp_path / "fine.py").write_text('"""Find what is asked for among all that is kept."""')
    assert read_prose([tmp_path]) == ["Find what is asked for among all that is kept."]
