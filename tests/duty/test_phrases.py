from hypothesis import given
from hypothesis import strategies as st

from duty.phrases import Phrase, fill, of, phrase, render


@given(st.text(), st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text()))
def test_no_template_and_no_value_can_raise(template: str, values: dict[str, str]) -> None:
    fill(template, dict(values))


def test_attributes_are_out_of_reach() -> None:
    assert fill("{a.__class__} {a!r} {0}", {"a": "x"}) == "{a.__class__} {a!r} {0}"


def test_values_are_put_in_after_translation() -> None:
    said = of("quoted", phrase("only {count} running", count=1))
    assert str(said) == "quoted: only 1 running"
    assert render(said, lambda _: "仅有 {count} 个在运行") == "quoted: 仅有 1 个在运行"
    assert render(Phrase("{a}", {"a": "{b}", "b": "never"}), str) == "{b}"


def test_a_sentence_in_a_sentence_is_translated_with_it() -> None:
    said = phrase("it begins: {what}", what=of("SGE-2", phrase("line full")))
    assert str(said) == "it begins: SGE-2: line full" and hash(said) == hash(said)
    words = {"it begins: {what}": "开始：{what}", "line full": "线路占满"}
    assert render(said, lambda template: words[template]) == "开始：SGE-2: 线路占满"
