from hypothesis import given
from hypothesis import strategies as st

from bot.replies.text import cut, fenced, fitting, length, prose, quoted

texts = st.builds(lambda text, times: text * times, st.text(max_size=40), st.sampled_from((1, 10, 100)))


@given(texts, st.integers(1, 300))
def test_cut_text_is_the_beginning_within_the_limit(text: str, limit: int) -> None:
    kept = cut(text, limit)

    assert length(kept) <= limit
    assert kept == text or (kept.endswith("…") and text.startswith(kept[:-1]))


def test_text_is_cut_between_words_where_there_is_a_space_in_its_second_half() -> None:
    assert cut("renew the certificate", 15) == "renew the…"
    assert cut("a certificateofmanyletters", 10) == "a certifi…"


def test_characters_that_take_two_units_count_twice_and_are_not_torn() -> None:
    assert length("🙂") == 2
    assert cut("🙂🙂🙂", 4) == "🙂…"


def test_prose_means_itself_but_code_stays_code() -> None:
    assert prose("Set *both* to `a_b*c`, not my_name") == r"Set \*both\* to `a_b*c`, not my\_name"
    assert prose("[x](https://evil.example)") == r"\[x](https://evil.example)"


@given(texts)
def test_quote_is_one_line_that_mentions_nobody(text: str) -> None:
    line = quoted(f"{text} @everyone <@1> <@&2>", 300)

    assert "\n" not in line
    assert "@everyone" not in line
    assert "<@" not in line.replace("\\<", "")


def test_code_does_not_end_its_block() -> None:
    assert fenced("a\n```\nb").count("```") == 2


def test_paragraphs_that_do_not_fit_give_way_to_the_hint_where_the_rest_is() -> None:
    assert fitting(["one", "two"], 7, "more") == "one\ntwo"
    assert fitting(["one", "two", "three four five"], 12, "more") == "one\ntwo\nmore"


def test_prose_is_cut_at_a_word_and_code_is_left_out() -> None:
    words = "word " * 30
    assert fitting(["one", words], 80, "more").startswith("one\nword word")
    assert fitting(["one", fenced(words)], 80, "more") == "one\nmore"


@given(st.lists(texts.filter(str.strip), max_size=6), st.integers(10, 400))
def test_fitting_text_fits(paragraphs: list[str], limit: int) -> None:
    assert length(fitting(paragraphs, limit, "more")) <= limit
