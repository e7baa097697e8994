"""How much is said unasked: one by one while that is little, counted where it is much, nothing lost."""

from tui.plain.flow import MOST, WINDOW_S, Flow, Kind, News


def worse(name: str, rank: int = 2) -> News:
    return News(Kind.WORSE, f"{name}.", rank)


def test_a_few_are_said_one_by_one() -> None:
    flow = Flow()
    assert flow.offer([worse("a"), worse("b")], 0.0) == ["a.", "b."]
    assert flow.offer([worse("c")], 1.0) == ["c."]
    assert flow.wait_s(1.0) is None


def test_a_flood_is_one_sentence_that_names_the_gravest() -> None:
    flow = Flow()
    news = [*(worse(f"w{n}") for n in range(40)), worse("worst", 4), News(Kind.OPENED, "i."), News(Kind.BETTER, "b.")]
    (said,) = flow.offer(news, 0.0)
    assert said == "Much at once; got worse: 41, incidents opened: 1, got better: 1. The gravest: worst. w0. w1."


def test_what_comes_after_a_flood_waits_and_is_said_then() -> None:
    flow = Flow()
    flow.offer([worse(str(n)) for n in range(MOST + 1)], 0.0)
    assert flow.offer([worse("late")], 1.0) == []
    assert flow.wait_s(1.0) == WINDOW_S - 1
    assert flow.due(WINDOW_S) == ["late."]
    assert flow.due(WINDOW_S) == [] and flow.wait_s(WINDOW_S) is None


def test_many_single_ones_within_the_window_become_a_flood() -> None:
    flow = Flow()
    said = [flow.offer([worse(str(n))], n / 10) for n in range(MOST + 3)]
    assert said == [*([f"{n}."] for n in range(MOST)), [f"{MOST}."], [], []], "one alone needs no count"
    assert flow.due(2 * WINDOW_S) == [f"{MOST + 1}.", f"{MOST + 2}."]


def test_quiet_counts_and_speak_tells() -> None:
    flow = Flow()
    flow.quiet = True
    assert flow.offer([worse("a")], 0.0) == [] and flow.wait_s(0.0) is None
    assert flow.speak(100.0) == ["a."]
    flow.quiet = True
    for _ in range(1000):
        flow.offer([News(Kind.LINE, "l.")], 0.0)
    assert flow.speak(100.0) == ["Much at once; lines in the duty log: 1000. The gravest: l. l. l."]
