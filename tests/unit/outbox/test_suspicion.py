"""What several answers in a row say of the mail server."""

import pytest

from ats.outbox.batch import Outgoing
from ats.outbox.result import Result
from ats.outbox.suspicion import RECIPIENT, UNSAID, Suspicion, reason_of

SENT = Result("sent", 250, "2.0.0 kept", "answered")
BLOCKED = Result("permanent", 550, "5.7.1 blocked", "envelope")
OTHERWISE = Result("permanent", 550, "5.7.26 not signed", "answered")
NO_RELAYING = Result("temporary", 554, "5.7.1 Relay access denied", "envelope")
NO_SUCH = Result("permanent", 550, "5.1.1 no such user", "envelope")
UNSAID_554 = Result("permanent", 554, "Service unavailable; blocked using a list", "envelope")
UNSAID_550 = Result("permanent", 550, "Message rejected as spam", "answered")
FULL = Result("permanent", 552, "5.2.2 mailbox full", "envelope")
OURS = Result("permanent", None, "The mail server takes no such address.", "envelope")
LATER = Result("temporary", 451, "4.7.1 greylisted", "envelope")
CLOSING = Result("relay", 421, "4.3.2 too many errors", "envelope")
SILENT = Result("ambiguous", None, "The connection to the mail server was lost.", "body")


def mail(name: str, *, doubted: bool = False) -> Outgoing:
    return Outgoing(key=name, sender="ats", recipient=name, data=b"", doubted=doubted)


def weighed(suspicion: Suspicion, *results: tuple[str, Result]) -> list[str]:
    """Return what was certain after each of these results: "name kind", "-" for nothing."""
    told = []
    for name, result in results:
        certain = suspicion.weigh(mail(name.strip("?"), doubted="?" in name), result)
        told.append(", ".join(f"{one.key} {known.kind}" for one, known in certain) or "-")
    return told


def test_a_refusal_by_policy_is_the_recipients_once_another_is_accepted() -> None:
    judge = Suspicion(silent=10)
    told = weighed(judge, ("a", BLOCKED), ("b", BLOCKED), ("c", SENT), ("d", BLOCKED))
    assert told == ["-", "-", "a permanent, b permanent, c sent", "-"]
    assert [(one.key, result) for one, result in judge.rest()] == [("d", BLOCKED)]
    assert judge.verdict is None


def test_three_recipients_refused_in_a_row_by_one_policy_are_the_servers_fault() -> None:
    judge = Suspicion(silent=10)
    told = weighed(judge, ("a", SENT), ("b", BLOCKED), ("c", NO_RELAYING), ("d", BLOCKED))
    assert told[1:] == ["-", "-", "b configuration, c configuration, d configuration"]
    assert judge.verdict is not None
    assert judge.verdict.answer == "it refuses one recipient after the other: 5.7.1 blocked"
    # what was under way then
    assert weighed(judge, ("e", OTHERWISE), ("f", SENT)) == ["e configuration", "f sent"]
    assert judge.rest() == []


@pytest.mark.parametrize(
    "others",
    [
        [("a", BLOCKED), ("a", BLOCKED), ("b", BLOCKED)],  # two recipients
        [("a", BLOCKED), ("b", OTHERWISE), ("c", BLOCKED)],  # two policies
        [("a", BLOCKED), ("b", NO_SUCH), ("c", LATER), ("d", BLOCKED)],  # no policy
        [("a", UNSAID_554), ("b", UNSAID_550), ("b", UNSAID_554)],  # two recipients
        [(name, OURS) for name in "abcdefghijkl"],  # nobody asked the server
        [(name, NO_SUCH) for name in "abcdefghi"],  # wrong addresses come in twos and threes
    ],
    ids=["recipients", "policies", "no-policy", "unsaid", "ours", "addresses"],
)
def test_fewer_are_no_proof(others: list[tuple[str, Result]]) -> None:
    judge = Suspicion(silent=10)
    weighed(judge, *others)
    assert judge.verdict is None


@pytest.mark.parametrize("refused", [NO_SUCH, FULL, UNSAID_554, UNSAID_550, BLOCKED, OTHERWISE])
def test_whatever_is_refused_waits_until_another_is_accepted(refused: Result) -> None:
    judge = Suspicion(silent=10)
    told = weighed(judge, ("a", refused), ("b", SENT))
    assert told == ["-", "a permanent, b sent"]


def test_what_the_server_was_not_asked_is_certain_at_once() -> None:
    assert weighed(Suspicion(silent=10), ("a", OURS)) == ["a permanent"]


def test_three_refused_at_the_start_without_a_word_of_them_are_the_servers_fault() -> None:
    judge = Suspicion(silent=10)
    told = weighed(judge, ("a", UNSAID_554), ("b", UNSAID_550), ("c", UNSAID_554))
    assert told == ["-", "-", "a configuration, b configuration, c configuration"]


@pytest.mark.parametrize("first", [[], [("z", SENT)]], ids=["nothing-accepted", "one-accepted"])
@pytest.mark.parametrize("refused", [NO_SUCH, FULL])
def test_ten_addresses_refused_in_a_row_are_the_servers_fault(
    first: list[tuple[str, Result]], refused: Result
) -> None:
    judge = Suspicion(silent=10)
    weighed(judge, *first)
    told = weighed(judge, *[(name, refused) for name in "abcdefghij"])
    assert told[:9] == ["-"] * 9
    assert told[9] == ", ".join(f"{name} configuration" for name in "abcdefghij")


def test_once_one_was_accepted_ten_refused_without_a_word_are_the_servers_fault() -> None:
    judge = Suspicion(silent=10)
    weighed(judge, ("z", SENT), *[(name, UNSAID_554) for name in "abcdefghi"])
    assert judge.verdict is None
    weighed(judge, ("j", UNSAID_550))
    assert judge.verdict is not None


def test_reasons_that_change_are_no_excuse() -> None:
    judge = Suspicion(silent=10)
    refused = [NO_SUCH, UNSAID_554, FULL, UNSAID_550, BLOCKED, OTHERWISE]
    weighed(judge, ("z", SENT), *zip("abcdefghi", [*refused, *refused[:3]], strict=True))
    assert judge.verdict is None
    weighed(judge, ("j", NO_SUCH))
    assert judge.verdict is not None


def test_what_is_held_back_has_an_end() -> None:
    judge = Suspicion(silent=10)
    weighed(judge, *[("the same", BLOCKED)] * 19)
    assert judge.verdict is None
    assert len(judge.weigh(mail("the same"), BLOCKED)) == 20


def test_a_server_that_closes_after_refusals_refused_everybody() -> None:
    judge = Suspicion(silent=10)
    assert weighed(judge, ("a", BLOCKED), ("b", CLOSING)) == ["-", "a relay, b relay"]


@pytest.mark.parametrize("refused", [BLOCKED, NO_SUCH, UNSAID_554])
def test_of_a_server_that_was_refusing_one_refusal_is_enough(refused: Result) -> None:
    refusing = Suspicion(silent=10, failing="configuration")
    assert weighed(refusing, ("a", refused)) == ["a configuration"]
    works = Suspicion(silent=10, failing="configuration")
    assert weighed(works, ("a", SENT), ("b", refused)) == ["a sent", "-"]


def test_of_a_server_that_could_not_be_used_one_refusal_by_policy_is_enough() -> None:
    assert weighed(Suspicion(silent=10, failing="relay"), ("a", BLOCKED)) == ["a configuration"]
    back = Suspicion(silent=10, failing="relay")
    assert weighed(back, ("a", NO_SUCH), ("b", SENT)) == ["-", "a permanent, b sent"]


def test_who_is_refused_again_while_others_are_accepted_is_refused() -> None:
    judge = Suspicion(silent=10)
    assert weighed(judge, ("a?", BLOCKED), ("b", SENT)) == ["-", "a permanent, b sent"]
    again = weighed(judge, *[(f"{name}?", BLOCKED) for name in "cdef"])
    assert again == [f"{name} permanent" for name in "cdef"]


@pytest.mark.parametrize(("pool", "most"), [(1, 3), (10, 10)])
def test_bodies_without_an_answer_are_the_servers_fault_after_a_few(pool: int, most: int) -> None:
    judge = Suspicion(silent=pool)
    assert weighed(judge, *[("a", SILENT)] * (most - 1)) == ["a ambiguous"] * (most - 1)
    weighed(judge, ("b", LATER))  # an answer
    weighed(judge, *[("a", SILENT)] * (most - 1))
    assert judge.verdict is None
    assert weighed(judge, ("a", SILENT)) == ["a ambiguous"]
    assert judge.verdict is not None
    assert (judge.verdict.kind, judge.verdict.stage) == ("relay", "body")


def test_of_a_server_that_was_failing_one_body_without_an_answer_is_enough() -> None:
    judge = Suspicion(silent=10, failing="relay")
    weighed(judge, ("a", SILENT))
    assert judge.verdict is not None


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (BLOCKED, "5.7.1"),
        (OTHERWISE, "5.7.26"),
        (NO_RELAYING, "5.7.1"),
        (NO_SUCH, RECIPIENT),
        (FULL, RECIPIENT),
        (UNSAID_554, UNSAID),
        (Result("permanent", 550, "5.1.8 bad sender", "envelope"), UNSAID),
        (Result("permanent", 554, "5.6.0 we do not like it", "answered"), UNSAID),
        (OURS, None),
        (LATER, None),
        (SENT, None),
        (Result("permanent", 550, "15.7.1 and 5.7.1.2 are no status", "envelope"), UNSAID),
        (Result("relay", 554, "5.7.1 not you", "connect"), None),
    ],
)
def test_the_reason_stands_in_the_answer(result: Result, reason: str | None) -> None:
    assert reason_of(result) == reason
