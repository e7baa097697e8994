import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from duty.clean import MAX_MARKS, clean, clean_bytes

anything = st.text(st.characters(exclude_categories=()), max_size=600)


@given(anything)
def test_nothing_that_a_terminal_obeys_gets_through(text: str) -> None:
    out = clean(text)
    for char in out:
        assert unicodedata.category(char) not in ("Cc", "Cs"), hex(ord(char))
        assert char not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\u2028\u2029"
    out.encode("utf-8")


@given(anything)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(anything, st.integers(1, 50))
def test_length_is_bounded(text: str, limit: int) -> None:
    assert len(clean(text, limit)) <= limit


def test_known_attacks_become_visible() -> None:
    assert clean("a\x1b[2Jb") == "a\u241b[2Jb"
    assert clean("\x9b31m") == "\ufffd31m"
    assert clean("gateway\u202eexe") == "gateway\u00b7exe"
    assert clean("e" + "\u0301" * 50) == "e" + "\u0301" * MAX_MARKS
    assert clean("\u0301\u0301a \u20ddb") == "\u25cc\u0301a \u25ccb"
    assert clean("a \u1c25b") == "a \u25ccb" and clean("\u0915\u093e") == "\u0915\u093e", "a vowel stays on its letter"
    assert clean("行情网关 \u3042") == "行情网关 \u3042"


@given(st.binary(max_size=3000))
def test_any_bytes_become_text(data: bytes) -> None:
    assert len(clean_bytes(data)) <= 512
