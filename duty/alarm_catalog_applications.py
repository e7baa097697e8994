"""Built-in alarms of applications, check commands and their numbers: what each means and what to do."""

from __future__ import annotations

from duty.alarm_def import AlarmDef
from duty.phrases import phrase

APPLICATIONS: tuple[AlarmDef, ...] = (
    AlarmDef(
        "app.no_answer",
        1,
        3,
        phrase("The application does not answer as it must: ended, hanging, overloaded, or the way to it is closed."),
        phrase("Its users cannot work: no logins, no orders, no queries."),
        phrase(
            "Read the step at which it fails on the host's page: no connection means process or firewall, no "
            "answer means it hangs. Look at its process, port and log on the same host. Restart by the "
            "procedure with the second person, after telling the shift lead; if the process is well, ask the "
            "network administrator what changed."
        ),
        respond_s=300.0,
        on_delay_s=3.0,
    ),
    AlarmDef(
        "app.slow",
        3,
        4,
        phrase("It answers later than it should: load, a slow database, a full line."),
        phrase("Users wait; at the deadline it counts as failed."),
        phrase(
            "See its course (g) and which step takes the time. Compare with CPU, disks and database at that "
            "moment; mend the slowest. Do not restart what is only slow in a session."
        ),
        respond_s=3600.0,
        on_delay_s=3.0,
        off_delay_s=30.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "app.wrong_status",
        2,
        3,
        phrase("It answers, but with an error status: a fault inside it, or one of the services behind it is away."),
        phrase("Users see errors although the server is up."),
        phrase(
            "5xx: look at its log and at the database behind it. 401 or 403: was a password or right changed "
            "today? 404: a wrong release or path. Note the status and call the vendor if the log names no "
            "cause."
        ),
        respond_s=900.0,
        on_delay_s=3.0,
    ),
    AlarmDef(
        "app.wrong_text",
        3,
        3,
        phrase("It answers well by status, but the page does not hold the text that proves that it works."),
        phrase("It may show a maintenance page, an old day, or data of nobody."),
        phrase(
            "Open the page in a browser and look with your own eyes: which date, which message? Compare with "
            "the start procedure (was the day opened?). Correct the site file only if the page was changed on "
            "purpose."
        ),
        respond_s=3600.0,
        on_delay_s=3.0,
    ),
    AlarmDef(
        "app.wrong_banner",
        2,
        3,
        phrase(
            "Something answers at this port, but it does not greet as the application does: another program or "
            "another release."
        ),
        phrase("Clients may talk to the wrong program."),
        phrase(
            "See what it says on the host's page, and which process holds the port. Was a release installed "
            "today? If not, treat an unknown program on a trading port as a security event."
        ),
        respond_s=900.0,
        on_delay_s=3.0,
    ),
    AlarmDef(
        "app.certificate_ending",
        3,
        4,
        phrase("Its certificate ends soon and was not renewed."),
        phrase("On the last day clients refuse to connect, all at the same second."),
        phrase(
            "Tell the owner of the certificate today and write the date into the handover. Have it replaced "
            "outside of trading hours; check with this cell that the new date shows."
        ),
        respond_s=86400.0,
    ),
    AlarmDef(
        "app.certificate_ended",
        2,
        3,
        phrase("Its certificate has ended."),
        phrase("Clients that check certificates do not connect any more."),
        phrase(
            "Tell the shift lead and the owner at once; install the new certificate by the procedure. Do not "
            "switch certificate checks off at clients to get through the day."
        ),
        respond_s=900.0,
    ),
    AlarmDef(
        "app.certificate_invalid",
        3,
        4,
        phrase(
            "The certificate does not hold up: wrong name, not valid yet, unknown or self-signed issuer, a "
            "broken chain."
        ),
        phrase("Clients refuse it, or it is not the server it claims to be."),
        phrase(
            "Read subject, issuer and dates on the host's page. New today: ask who installed it. Nobody knows: "
            "do not log in there, treat it as a security event. The console's own clock wrong: mend that first."
        ),
        respond_s=3600.0,
    ),
    AlarmDef(
        "app.check",
        2,
        3,
        phrase("The check command itself says that something is wrong; its words are in the alarm."),
        phrase("As the check's author meant it: what it watches is not as it must be."),
        phrase(
            "Read its words and numbers on the host's page, then see what it watches. This site has no guidance"
            " of its own for this check: have one written into the site file ([[alarm]] with condition = "
            '"app.check"). Until then ask the owner of the check.'
        ),
        respond_s=900.0,
        on_delay_s=3.0,
    ),
    AlarmDef(
        "app.not_asked",
        3,
        3,
        phrase(
            "It could not be asked: the command is missing or too slow, forwarding is not allowed, or a name is"
            " not known."
        ),
        phrase("Whether the application works is not known. It is not green."),
        phrase(
            "Read the reason on the host's page. Check the application by hand (log in as a user does) and "
            "write the result into the log. Have the check mended today; a check that cannot be asked protects "
            "nobody."
        ),
        respond_s=3600.0,
        on_delay_s=30.0,
    ),
    AlarmDef(
        "number.limit",
        2,
        3,
        phrase(
            "A number of a check command is beyond the limit that the site file or the check sets: sessions, "
            "tablespace, queue."
        ),
        phrase("What it counts is used up, or piles up, before long."),
        phrase(
            "Draw it (g): a jump or a slow rise? Slow: plan room for it today, for a tablespace with the "
            "database administrator. A jump: see what started at that moment. Do not extend or delete by "
            "yourself."
        ),
        respond_s=900.0,
        on_delay_s=3.0,
        off_delay_s=30.0,
        deadband_percent=3.0,
    ),
    AlarmDef(
        "number.limit_ahead",
        3,
        3,
        phrase("The number grows steadily; at this pace it reaches its limit within a day."),
        phrase("The limit may be reached in a session: the classic one is a full database."),
        phrase(
            "Compare the range with the close and the next open. Have the database administrator or the owner "
            "make room before that; write it into the handover."
        ),
        respond_s=3600.0,
        on_delay_s=60.0,
        off_delay_s=300.0,
        latch=False,
    ),
    AlarmDef(
        "number.missing",
        3,
        3,
        phrase(
            "The check does not tell a number that is to be judged: its label changed, or it has no maximum to "
            "be a share of."
        ),
        phrase("The limit is not watched. It is not green."),
        phrase(
            "Compare the labels on the host's page with the site file; correct the label or have the check "
            "mended. Look at the number by hand meanwhile."
        ),
        respond_s=3600.0,
        on_delay_s=30.0,
    ),
)
