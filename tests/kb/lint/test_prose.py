from pathlib import Path

import pytest

from tests.edit import edit
from tests.kb.lint.problems import PORT_25, problems


@pytest.fixture
def small_kb_dir(small_kb_dir: Path) -> Path:
    """A knowledge base that bans two words."""
    with (small_kb_dir / "vocabulary.yaml").open("a") as file:
        file.write("banned_words: [simply, of course]\n")
    return small_kb_dir


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("The hosting provider blocks", 2, id="title"),
        pytest.param("Mail leaves over port 25.", 4, id="summary"),
        pytest.param("Providers block outgoing", 14, id="cause"),
        pytest.param("on the server. A time-out", 16, id="confirm"),
        pytest.param("Ask the provider", 18, id="fix"),
        pytest.param("There the server can't write", 35, id="observation"),
    ],
)
def test_banned_word_is_reported_where_maintainers_write(small_kb_dir: Path, text: str, line: int) -> None:
    edit(small_kb_dir / PORT_25, text, f"Simply. {text}")
    assert problems(small_kb_dir) == [
        f"{PORT_25}:{line}: 'Simply' is one of the vocabulary's banned words: leave it out"
    ]


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        pytest.param("- nothing arrives anywhere", "- nothing simply arrives anywhere", id="symptom"),
        pytest.param("Connection timed out", "Connection simply timed out", id="error"),
        pytest.param("pigeon set relay", "simply set relay", id="code"),
        pytest.param("Run `nc -vz", "Run `simply -vz", id="inline code"),
        pytest.param("title: Relaying", "title: Simply relay", id="title of a linked page"),
        pytest.param("Ask the provider", "Ask the simplyfied and unsimply provider", id="part of a word"),
        pytest.param("Ask the provider", "Just ask the provider", id="word that this vocabulary doesn't ban"),
    ],
)
def test_words_of_others_and_other_words_are_left_alone(small_kb_dir: Path, text: str, changed: str) -> None:
    edit(small_kb_dir / PORT_25, text, changed)
    assert problems(small_kb_dir) == []


def test_banned_phrase_is_found_across_the_lines_of_a_text(small_kb_dir: Path) -> None:
    edit(small_kb_dir / PORT_25, "cause: Providers block", "cause: |\n  Of\n  course providers block")
    (problem,) = problems(small_kb_dir)
    assert problem.startswith(f"{PORT_25}:14: ")


def test_each_banned_word_of_a_text_is_reported(small_kb_dir: Path) -> None:
    edit(small_kb_dir / PORT_25, "Ask the provider", "Of course, simply ask the provider")
    assert [problem.split("'")[1] for problem in problems(small_kb_dir)] == ["Of course", "simply"]


@pytest.mark.parametrize(("word_count", "is_problem"), [(520, False), (521, True)])
def test_entry_has_at_most_520_words_of_summary_cause_confirm_and_fix(
    small_kb_dir: Path, word_count: int, is_problem: bool
) -> None:
    words_of_the_others = 18 + 15 + 12  # summary, confirm with its code as one word, fix
    cause = "It is so. " * 200
    words = cause.split()[: word_count - words_of_the_others]
    replace_cause(small_kb_dir / PORT_25, " ".join(words))
    assert problems(small_kb_dir) == (
        [f"{PORT_25}:1: summary, cause, confirm and fix have 521 words together: 520 at most"] if is_problem else []
    )


@pytest.mark.parametrize(
    ("cause", "is_problem"),
    [
        pytest.param("word " * 44 + "end.", False, id="45 words"),
        pytest.param("word " * 45 + "end.", True, id="46 words"),
        pytest.param("word " * 44 + "end. " + "word " * 44 + "end.", False, id="two sentences of 45 words"),
        pytest.param("word " * 22 + "(end!) " + "word " * 44 + "end.", False, id="sentence that ends in parentheses"),
        pytest.param("word " * 43 + "`a b c` end.", False, id="code that counts as one word"),
        pytest.param("word " * 43 + "`A. b` and c.", True, id="full stop in code, which ends no sentence"),
        pytest.param("word " * 43 + "example.com and c.", True, id="full stop in a word, which ends no sentence"),
    ],
)
def test_sentence_has_at_most_45_words(small_kb_dir: Path, cause: str, is_problem: bool) -> None:
    replace_cause(small_kb_dir / PORT_25, cause)
    assert problems(small_kb_dir) == (
        [f"{PORT_25}:14: the sentence 'word word word word word ...' has 46 words: 45 at most"] if is_problem else []
    )


def replace_cause(path: Path, cause: str) -> None:
    (line,) = [line for line in path.read_text().splitlines() if line.startswith("cause: ")]
    edit(path, line, f"cause: {cause}")
