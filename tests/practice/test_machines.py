from practice.effects import FILL_S, FULL, Fill, Saturation
from practice.machines import PAGE, TICKS, Machine
from practice.members import members
from practice.models import MB

START = 1_795_500_000.0
FLEET = members()


def everything(machine: Machine, now: float) -> object:
    so_far, level = machine.so_far(now), machine.level(now)
    return (
        machine.uptime(now),
        machine.newest_pid(now),
        machine.cpu_ticks(now, so_far),
        machine.load(level),
        machine.memory_kb(level, now),
        [machine.counters(interface, now, so_far) for interface in machine.model.interfaces],
        [machine.usage_kb(mount, now) for mount in machine.model.mounts],
        [(run.pid, machine.start_ticks(run), run.cpu_seconds(so_far)) for run in machine.running.values()],
    )


def test_same_seed_and_moment_same_answer() -> None:
    for model in FLEET:
        one, other = Machine(model, "s", START), Machine(model, "s", START)
        everything(other, START + 5)
        assert everything(one, START + 1234.5) == everything(other, START + 1234.5)
        assert everything(one, START + 99) != everything(Machine(model, "t", START), START + 99)


def test_counters_never_fall_whatever_happens() -> None:
    for model in FLEET:
        machine = Machine(model, "s", START)
        line = next((i.name for i in model.interfaces if i.line), None)
        before = None
        for second in range(240):
            now = START + second
            if second == 60 and line:
                machine.saturated[line] = [Saturation(now)]
            if second == 120 and line:
                machine.saturated[line][0].ended = now
            if second == 80:
                machine.kill(model.processes[0].key, now)
            if second == 100:
                machine.start(model.processes[0].key, now)
            so_far = machine.so_far(now)
            counted = [*machine.cpu_ticks(now, so_far), machine.newest_pid(now)]
            for interface in model.interfaces:
                counted += machine.counters(interface, now, so_far)
            assert before is None or all(a <= b for a, b in zip(before, counted, strict=True))
            before = counted


def test_a_machine_is_within_its_own_bounds_all_day() -> None:
    for model in members(9):
        machine = Machine(model, "s", START)
        for minute in range(0, 1440, 7):
            now = START + 60.0 * minute
            busy, total, waiting = machine.cpu_ticks(now, machine.so_far(now))
            again, total_again, _ = machine.cpu_ticks(now + 1, machine.so_far(now + 1))
            assert 0 < again - busy < total_again - total
            assert waiting < total
            size, available, free, _, _ = machine.memory_kb(machine.level(now), now)
            assert 0 < free < available < size


def test_lines_are_below_their_warning_level_all_day() -> None:
    for model in members(9):
        machine = Machine(model, "s", START)
        for interface in (each for each in model.interfaces if each.capacity_bps):
            for second in range(0, 86_400, 97):
                now = START + second
                one = machine.counters(interface, now, machine.so_far(now))
                two = machine.counters(interface, now + 1, machine.so_far(now + 1))
                assert interface.capacity_bps is not None
                assert 8 * (two[0] - one[0]) < 0.6 * interface.capacity_bps
                assert 8 * (two[3] - one[3]) < 0.6 * interface.capacity_bps


def test_saturated_line_carries_its_capacity_and_then_its_own_again() -> None:
    machine = Machine(FLEET[2], "s", START)
    line = next(each for each in FLEET[2].interfaces if each.line)
    usual = Machine(FLEET[2], "s", START)
    machine.saturated[line.name] = [strain] = [Saturation(START + 10)]

    def rate(of: Machine, now: float) -> float:
        one, two = (of.counters(line, at, of.so_far(at))[0] for at in (now, now + 1))
        return 8 * (two - one)

    assert line.capacity_bps is not None
    assert rate(machine, START + 5) == rate(usual, START + 5)
    assert 0.94 * line.capacity_bps < rate(machine, START + 30) < line.capacity_bps
    strain.ended = START + 60
    assert abs(rate(machine, START + 90) - rate(usual, START + 90)) <= 16
    assert machine.counters(line, START + 90, machine.so_far(START + 90))[2] > 100


def test_disk_fills_over_seconds_and_is_emptied() -> None:
    machine = Machine(FLEET[7], "s", START)
    data = next(each for each in FLEET[7].mounts if each.mount == "/data")
    machine.filled["/data"] = Fill(START + 10)
    shares = [used / total for total, used in (machine.usage_kb(data, START + s) for s in (9, 15, 20, 10 + FILL_S, 90))]
    assert shares == sorted(shares)
    assert shares[0] < 0.7 and abs(shares[-1] - FULL) < 0.001
    machine.filled.clear()
    total, used = machine.usage_kb(data, START + 100)
    assert used / total < 0.7


def test_a_restarted_process_is_another_one() -> None:
    machine = Machine(FLEET[2], "s", START)
    old = machine.running["order-gw"]
    machine.kill("order-gw", START + 5)
    machine.kill("order-gw", START + 6)
    assert "order-gw" not in machine.running
    newest = machine.newest_pid(START + 8)
    machine.start("order-gw", START + 8)
    machine.start("order-gw", START + 9)
    new = machine.running["order-gw"]
    assert new.pid == newest + 1 == machine.newest_pid(START + 8)
    assert new.pid != old.pid
    assert machine.start_ticks(new) == int((START + 8 - machine.boot) * TICKS)
    assert 0 <= new.cpu_seconds(machine.so_far(START + 10)) < 2
    assert machine.rss_pages(new, machine.level(START + 10), START + 10) * PAGE < 2 * new.model.rss_mb * MB
