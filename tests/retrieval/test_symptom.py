import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.symptom import LONGEST_WORD, PASSAGE_WORDS, clean, read_symptom

any_text = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "😀 🎉 👍🏽",
        "https://pigeon.example/docs?page=storage",
        "452 4.3.1 !!!",
        "x",
        "\x00\x01",
        "\x1b[31m\x1b[0m",
    ],
    ids=["empty", "blank", "emoji", "url", "digits", "one letter", "control characters", "colours"],
)
def test_a_message_without_words_is_unreadable(text: str) -> None:
    assert read_symptom(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "no mail 😀",
        "see https://pigeon.example/log what is it",
        "return a?.b ?? 3;",
        "почта не приходит",
        "登录失败",
    ],
    ids=["one word", "with emoji", "with url", "code", "Cyrillic", "Chinese"],
)
def test_a_message_with_words_is_kept_as_it_is(text: str) -> None:
    symptom = read_symptom(text)

    assert symptom is not None
    assert symptom.text == text
    assert symptom.passages == (text,)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("\x1b[1;31mwrite failed\x1b[0m", "write failed"),
        ("ma\x00il\x07 stopped\x7f", "mail stopped"),
        ("mail \ud83d stopped", "mail  stopped"),
        ("\ufeffmail stopped", "mail stopped"),
        ("mail\r\nstopped\rtoday", "mail\nstopped\ntoday"),
        ("cafe\u0301", "caf\u00e9"),
        ("\n  mail stopped\t\n", "mail stopped"),
        ("mail\tstopped\n\ntoday", "mail\tstopped\n\ntoday"),
    ],
    ids=[
        "colours",
        "control characters",
        "lone surrogate",
        "byte order mark",
        "line ends",
        "composed forms",
        "outer blanks",
        "inner blanks stay",
    ],
)
def test_cleaning_drops_what_nobody_wrote(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(any_text)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(any_text)
def test_clean_text_can_be_written_as_utf_8(text: str) -> None:
    assert clean(text).encode().decode() == clean(text)


def test_short_lines_share_a_passage() -> None:
    symptom = read_symptom("mail stopped\nsince this morning\n\nwhat now?")

    assert symptom is not None
    assert symptom.passages == ("mail stopped since this morning what now?",)


def test_a_line_that_no_longer_fits_begins_the_next_passage() -> None:
    first, second = " ".join(["queue"] * 60), " ".join(["disk"] * 60)

    symptom = read_symptom(f"{first}\n{second}")

    assert symptom is not None
    assert symptom.passages == (first, second)


@given(st.lists(st.integers(min_value=0, max_value=3 * PASSAGE_WORDS), min_size=1, max_size=8))
def test_splitting_loses_no_word_and_makes_no_passage_too_long(words_of_lines: list[int]) -> None:
    lines = [" ".join(f"line{line}word{word}" for word in range(count)) for line, count in enumerate(words_of_lines)]
    text = "\n".join(["mail stopped", *lines])

    symptom = read_symptom(text)

    assert symptom is not None
    assert [word for passage in symptom.passages for word in passage.split()] == text.split()
    assert all(1 <= len(passage.split()) <= PASSAGE_WORDS for passage in symptom.passages)


def test_an_endless_word_is_cut_and_its_neighbours_stay() -> None:
    symptom = read_symptom(f"attached: {'A' * 5_000} that is all")

    assert symptom is not None
    assert symptom.passages == (f"attached: {'A' * LONGEST_WORD} that is all",)
