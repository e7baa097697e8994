"""The answer to one run of a check command on a host. Its reading carries the command's number as key."""

from __future__ import annotations

from collectors import nagios
from collectors.parsing import not_understood
from duty.phrases import Phrase, phrase
from duty.readings import AppReading, SectionFailure

GRAMMAR = "c NUMBER, o TEXT, p TEXT, e TEXT, x STATUS, t SECONDS"


def parse_checks(lines: list[bytes], failed: list[SectionFailure]) -> AppReading:
    """One run: what it wrote, how it ended; or why neither is known."""
    number, status, overdue = "", None, None
    output: list[bytes] = []
    complaint: list[bytes] = []
    for line in lines:
        mark, _, rest = line.partition(b" ")
        try:
            match mark:
                case b"c":
                    number = str(int(rest))
                case b"o":
                    output.append(rest)
                case b"p" if output:
                    output[-1] += rest
                case b"e":
                    complaint.append(rest)
                case b"x":
                    status = int(rest)
                case b"t":
                    overdue = int(rest)
                case _:
                    raise ValueError
        except ValueError:
            failed.append(not_understood("checks", line, GRAMMAR))
    if overdue is not None:
        return AppReading(
            number, "unable", phrase("the command did not end within {seconds} s and was ended", seconds=overdue)
        )
    if status is None:
        return AppReading(number, "unable", _why(failed))
    cut = sum(len(line) + 1 for line in output) >= nagios.MAX_OUTPUT
    return nagios.reading(number, status, _text(output), _text(complaint), cut=cut)


def _why(failed: list[SectionFailure]) -> Phrase:
    for one in failed:
        if "detail" in one.why.values and str(one.why.values["detail"]).isdigit():
            return phrase("its last run on the host has not ended for {seconds} s", seconds=one.why.values["detail"])
        return one.why
    return phrase("the command was ended before it said anything")


def _text(lines: list[bytes]) -> str:
    return b"\n".join(lines).decode("utf-8", "replace")
