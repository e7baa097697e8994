import hashlib
from collections.abc import Callable

import pytest

from collectors import probe
from collectors.answers import Answer, AnswerReader, Ready, Refused, SampleAnswer, SectionAnswer, Unusable
from duty.readings import Mounts, Ports, Processes, Sample
from practice.conversation import MAX_REQUEST, Conversation
from practice.effects import Fill
from practice.machines import Machine
from practice.members import members
from practice.models import MachineModel
from practice.site import practice_site

START = 1_795_500_000.0
FLEET = members(9)
SPECS = {spec.id: spec for spec in practice_site(FLEET, local=False).hosts}


class Console:
    """A console that talks to one simulated machine without a network, at times of the test's own."""

    def __init__(self, model: MachineModel) -> None:
        self.now = START
        self.machine = Machine(model, "s", START)
        self.talk = Conversation(self.machine, lambda: self.now, "watch")
        self.reader = AnswerReader()

    def say(self, data: bytes) -> list[Answer]:
        return self.reader.feed(self.talk.receive(data))

    def open(self) -> Ready:
        (ready,) = self.say(probe.opening())
        assert isinstance(ready, Ready)
        assert self.say(probe.setup(SPECS[self.machine.model.id])) == []
        return ready

    def sample(self, seq: int = 1) -> Sample:
        (answer,) = self.say(probe.ask_sample(seq))
        assert isinstance(answer, SampleAnswer) and answer.sample.seq == seq
        return answer.sample

    def section(self, name: str) -> Processes | Ports | Mounts:
        (answer,) = self.say(probe.ask_section(7, name))  # type: ignore[arg-type]
        assert isinstance(answer, SectionAnswer) and answer.seq == 7
        assert isinstance(answer.reading, Processes | Ports | Mounts)
        return answer.reading

    def watch_all(self) -> tuple[int, ...]:
        found = self.section("processes")
        assert isinstance(found, Processes)
        pids = tuple(each.pid for each in found.found)
        self.say(probe.watch(pids))
        return pids


@pytest.mark.parametrize("model", FLEET, ids=lambda model: model.id)
def test_every_section_is_understood_and_complete(model: MachineModel) -> None:
    console = Console(model)
    ready = console.open()
    assert ready.identity.probe_hash == probe.HASH and not ready.identity.restricted
    assert ready.identity.hostname == model.id
    found, mounts = console.section("processes"), console.section("mounts")
    assert isinstance(found, Processes) and isinstance(mounts, Mounts)
    assert sorted(each.rule for each in found.found) == sorted(process.key for process in model.processes)
    pids = console.watch_all()
    ports = console.section("ports")
    assert isinstance(ports, Ports)
    assert ports.owners_known
    owned = {each.port for each in ports.listening if each.owners}
    assert owned == {port for process in model.processes for port in process.ports}
    assert {each.mount for each in mounts.mounts} == {mount.mount for mount in model.mounts}
    sample = console.sample()
    assert {each.pid for each in sample.processes} == set(pids)
    assert [each.name for each in sample.interfaces] == [each.name for each in model.interfaces if each.line]
    assert sample.cpu is not None and sample.memory is not None and sample.load is not None
    assert not (found.failures or mounts.failures or ports.failures or sample.failures)


def test_one_answer_is_one_piece_and_small() -> None:
    console = Console(FLEET[8])
    console.open()
    assert len(console.watch_all()) == 20
    answer = console.talk.receive(probe.ask_sample(123))
    assert answer.startswith(b"=B 123\n") and answer.endswith(b"\n") and len(answer) <= 2048


def test_a_dead_process_is_gone_and_its_successor_is_told_once() -> None:
    console = Console(FLEET[2])
    console.open()
    console.watch_all()
    pid = console.machine.running["order-gw"].pid
    console.sample(1)
    console.now += 1
    console.machine.kill("order-gw", console.now)
    assert pid in console.sample(2).gone
    found = console.section("processes")
    assert isinstance(found, Processes) and "order-gw" not in {each.rule for each in found.found}
    ports = console.section("ports")
    assert isinstance(ports, Ports) and 9001 not in {each.port for each in ports.listening}
    console.now += 3
    console.machine.start("order-gw", console.now - 0.5)
    assert console.sample(3).appeared
    console.now += 1
    assert not console.sample(4).appeared
    again = console.section("processes")
    assert isinstance(again, Processes)
    (new,) = (each for each in again.found if each.rule == "order-gw")
    assert new.pid != pid


def test_mounts_fill_and_hang() -> None:
    console = Console(FLEET[7])
    console.open()
    console.machine.filled["/data"] = Fill(console.now)
    console.machine.hung["/archive"] = console.now
    console.now += 30
    reading = console.section("mounts")
    assert isinstance(reading, Mounts)
    by_mount = {each.mount: each for each in reading.mounts}
    data, archive = by_mount["/data"], by_mount["/archive"]
    assert data.used_bytes and data.available_bytes
    assert 0.96 < data.used_bytes / (data.used_bytes + data.available_bytes) < 0.98
    assert archive.hanging_s == 30 and archive.total_bytes is None


def bad_rule(**given: str) -> bytes:
    fields = [given.get(name, "-") for name in ("name", "args", "user", "unit", "pidfile")]
    return ("P\nP odd%20key\t" + "\t".join(fields) + "\n").encode()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (bad_rule(name="order-gw"), 1),
        (bad_rule(args="-c .*order-gw[.]conf"), 1),
        (bad_rule(user="trade"), 2),
        (bad_rule(unit="order-gw.service"), 1),
        (bad_rule(pidfile="/run/order-gw.pid", name="order-gw"), 1),
        (bad_rule(name="order-gw", user="root"), 0),
        (bad_rule(name="order"), 0),
    ],
)
def test_rules_match_as_on_a_real_host(line: bytes, found: int) -> None:
    console = Console(FLEET[2])
    console.open()
    console.say(line)
    reading = console.section("processes")
    assert isinstance(reading, Processes)
    assert len(reading.found) == found and not reading.failures
    assert {each.rule for each in reading.found} <= {"odd key"}


@pytest.mark.parametrize("line", [bad_rule(args="(("), bad_rule(user="nobody"), bad_rule(pidfile="/run/none.pid")])
def test_rules_that_cannot_be_looked_for_are_failures(line: bytes) -> None:
    console = Console(FLEET[2])
    console.open()
    console.say(line)
    reading = console.section("processes")
    assert isinstance(reading, Processes)
    assert not reading.found
    assert [failure.subject for failure in reading.failures]


def other_version() -> bytes:
    script = b"echo other\n"
    return b"wk1 %d %s\n" % (len(script), hashlib.sha256(script).hexdigest().encode()) + script


@pytest.mark.parametrize(
    ("opening", "code"),
    [
        (lambda: b"GET / HTTP/1.1\r\n\r\n", "start"),
        (lambda: b"wk1 0 00\n", "start"),
        (lambda: b"wk1 999999999 00\n", "start"),
        (lambda: b"x" * (MAX_REQUEST + 1), "start"),
        (lambda: probe.opening() + b"S 1\n", "sum"),
        (lambda: probe.opening()[:-1] + b"#", "sum"),
        (other_version, "hash"),
    ],
)
def test_a_wrong_opening_is_refused(opening: Callable[[], bytes], code: str) -> None:
    console = Console(FLEET[0])
    (refused,) = console.say(opening())
    assert isinstance(refused, Refused) and refused.code == code
    assert console.talk.ended and console.say(b"S 1\n") == []


def test_the_opening_may_come_in_pieces() -> None:
    console = Console(FLEET[0])
    opening = probe.opening()
    answers = [answer for at in range(0, len(opening), 97) for answer in console.say(opening[at : at + 97])]
    assert [type(answer) for answer in answers] == [Ready]


@pytest.mark.parametrize("line", [b"Z\n", b"S\n", b"S x\n", b"S 1234567890\n", b"X 1 nothing\n", b"\xff\xfe\n", b"\n"])
def test_an_unknown_request_is_said_and_the_talk_goes_on(line: bytes) -> None:
    console = Console(FLEET[0])
    console.open()
    (answer,) = console.say(line)
    assert isinstance(answer, Unusable)
    assert console.sample().uptime_s > 0


def test_the_end() -> None:
    console = Console(FLEET[0])
    console.open()
    assert console.say(b"Q\nS 1\n") == [] and console.talk.ended
    other = Console(FLEET[0])
    other.open()
    assert other.say(b"x" * (MAX_REQUEST + 1)) == [] and other.talk.ended
