"""Built-in alarms of reaching a host and reading its parts: what each means and what the operator does."""

from __future__ import annotations

from duty.alarm_def import AlarmDef
from duty.phrases import phrase

FIRST_HOLD_S = 4.0
"""Seconds a host is lost or silent before that is an alarm of priority 1: with what judging and saving take, it is on
the screen within five (after RTS 6, article 16)."""

CONNECTION: tuple[AlarmDef, ...] = (
    AlarmDef(
        "connection.lost",
        1,
        3,
        phrase("The connection to the host stood and broke, and was not made again yet."),
        phrase("Nothing of this host is known now: what was well may not be, what was wrong may be worse."),
        phrase(
            "See whether others behind the same line or jump host are lost too: then that is the fault. Ask "
            "users whether the service works. Look at its console (remote management) and ping it from a "
            "neighbour. Dial with d. Do not reboot a host that only cannot be seen."
        ),
        respond_s=300.0,
        on_delay_s=FIRST_HOLD_S,
        cuts=True,
    ),
    AlarmDef(
        "connection.silent",
        1,
        3,
        phrase("Nothing answers at the address: the host is off or hangs, the network is down, or a firewall drops."),
        phrase("Its services are probably down; nothing of it is known."),
        phrase(
            "Compare with hosts in the same network. All silent: line, switch or firewall; call the network "
            "administrator. Only this: look at its console through remote management. Move its service to the "
            "spare by the emergency procedure before anybody reboots it; tell the shift lead."
        ),
        respond_s=300.0,
        on_delay_s=FIRST_HOLD_S,
        cuts=True,
    ),
    AlarmDef(
        "connection.refused",
        2,
        3,
        phrase("The machine answers, but nothing listens on its SSH port, or it turns callers away."),
        phrase("The host lives, but it is not watched."),
        phrase(
            "Ask users whether its service works. Have the administrator see on its console whether sshd runs, "
            "and whether firewall, ban list or MaxStartups turn this console away. Watch its service by hand "
            "until then."
        ),
        respond_s=900.0,
        on_delay_s=5.0,
        cuts=True,
    ),
    AlarmDef(
        "connection.no_route",
        2,
        3,
        phrase("There is no way to its network from here, or its name is not known."),
        phrase("The host is not watched; users on this side may not reach it either."),
        phrase(
            "All hosts of that network: interface, route or VPN of this console. One name: the spelling in the "
            "site file, or the name service. Call the network administrator if nothing was changed here."
        ),
        respond_s=900.0,
        on_delay_s=5.0,
        cuts=True,
    ),
    AlarmDef(
        "connection.key_unknown",
        4,
        4,
        phrase("The host was never seen before: its key is in no known_hosts file."),
        phrase("It is not watched until a person has accepted its key."),
        phrase(
            "Get the fingerprint another way (ssh-keygen -lf on its console, or from the administrator), "
            "compare it letter by letter with k, then accept. Never accept what was not compared."
        ),
        respond_s=28800.0,
        cuts=True,
    ),
    AlarmDef(
        "connection.key_changed",
        2,
        3,
        phrase(
            "The host shows another key than the one known, or a revoked one: set up anew, another machine at "
            "its address, or someone in between."
        ),
        phrase("It is not watched, and whoever logs in there may give a password to a stranger."),
        phrase(
            "Do not accept and do not log in. Ask the administrator by phone whether it was set up anew. Yes: "
            "compare the new fingerprint, then accept (k). Nobody knows of it: tell the security officer and "
            "the shift lead, write it into the log."
        ),
        respond_s=900.0,
        cuts=True,
    ),
    AlarmDef(
        "connection.not_let_in",
        3,
        3,
        phrase(
            "The server does not accept our keys for this user: key removed, account locked, or the agent holds no key."
        ),
        phrase("The host is not watched; repeated knocking may get this console banned."),
        phrase(
            "See ssh-add -l here first: with no key at all every host refuses. One host: ask the administrator "
            "whether accounts or authorized_keys changed today. Then d."
        ),
        respond_s=3600.0,
        cuts=True,
    ),
    AlarmDef(
        "connection.jump_down",
        4,
        4,
        phrase("The host through which this one is reached is not reached itself."),
        phrase("It is not watched; its own state is as it was seen last."),
        phrase(
            "Act on the jump host's alarm; this one comes back by itself. Until then ask users whether its "
            "service works. What is still bad afterwards is shown as new."
        ),
        respond_s=28800.0,
        on_delay_s=5.0,
        cuts=True,
    ),
    AlarmDef(
        "connection.probe_refused",
        3,
        3,
        phrase(
            "Logged in, but the probe does not run: another version or other check commands are pinned, or the "
            "login shell does not let it."
        ),
        phrase("The host lives, but it is not watched."),
        phrase(
            "Was Watchkeeper or the site file changed today? Print the key's line anew (watchkeeper authorize) "
            "and have it put in place. Else run watchkeeper doctor for this host and give its output to the "
            "administrator."
        ),
        respond_s=3600.0,
        cuts=True,
    ),
    AlarmDef(
        "connection.broken",
        3,
        3,
        phrase("The connection fails in an unusual way; the words of the failure are in the alarm."),
        phrase("The host is not watched."),
        phrase(
            "Run watchkeeper doctor for this host: it shows the step that fails and what to do. Give its output"
            " to the administrator."
        ),
        respond_s=3600.0,
        on_delay_s=5.0,
        cuts=True,
    ),
    AlarmDef(
        "connection.stalled",
        2,
        3,
        phrase("The connection stands, but answers come late or not at all: the host hangs or is overloaded."),
        phrase("Its figures are old; its services are probably slow or stand still."),
        phrase(
            "Look at its last CPU, memory and disk figures: what was rising? Ask users. Look at its console. If"
            " it stays, move the service to the spare with the shift lead; reboot only by the procedure."
        ),
        respond_s=900.0,
        on_delay_s=5.0,
        cuts=True,
    ),
    AlarmDef(
        "section.unread",
        3,
        3,
        phrase(
            "A part of the host's answer could not be read: no right, a missing tool, a hanging call, or an "
            "unexpected form."
        ),
        phrase("What that part watches is not known; it is not green."),
        phrase(
            "Read the reason on the host's page. Hanging: look for a dead mount or disk there. No right or "
            "tool: have it mended by the administrator. Look at that part by hand until then, once an hour in a"
            " session."
        ),
        respond_s=3600.0,
        on_delay_s=30.0,
    ),
)
