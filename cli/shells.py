"""Completion scripts for bash, zsh and fish, from the same description as the help."""

from __future__ import annotations

import argparse

from cli.codes import Exit
from cli.parser import PROGRAM
from cli.speak import out
from cli.tree import Command, Option, commands, program


def completion(args: argparse.Namespace) -> int:
    """Print one script."""
    out({"bash": bash, "zsh": zsh, "fish": fish}[args.shell]().rstrip("\n"))
    return Exit.WELL


def bash() -> str:
    """The script for bash: words by verb, hosts asked of the program, files where a file is wanted."""
    verbs = commands()
    cases = "\n".join(f"    {each.name}) words={_quoted(_words(each))} ;;" for each in verbs)
    values = {
        flag: option for each in (*verbs, program()) for option in _all(each) for flag in option.flags if option.value
    }
    after = "\n".join(f"    {flag}) {_bash_value(option)}; return ;;" for flag, option in values.items())
    with_file = "|".join(each.name for each in verbs if any(option.dest == "file" for option in each.arguments))
    with_host = "|".join(each.name for each in verbs if any(option.dest == "host" for option in each.arguments))
    return f"""\
# bash completion for {PROGRAM}: source it, or put it into /etc/bash_completion.d
_{PROGRAM}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} verb= word words=
  COMPREPLY=()
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $word in {"|".join(each.name for each in verbs)}) verb=$word; break ;; esac
  done
  case $previous in
{after}
  esac
  case $verb in
    '') words={_quoted(" ".join([*(each.name for each in verbs), _words(program())]))} ;;
{cases}
  esac
  case $current in -*) ;; *)
    case $verb in
      {with_host}) words=$({PROGRAM} hosts 2>/dev/null) ;;
      {with_file}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o filenames -F _{PROGRAM} {PROGRAM}
"""


def zsh() -> str:
    """The script for zsh."""
    verbs = commands()
    listed = "\n".join(f"    {_quoted(f'{each.name}:{_colons(each.words)}')}" for each in verbs)
    cases = "\n".join(
        f"    {each.name}) _arguments {' '.join(_zsh(option) for option in _all(each))} ;;" for each in verbs
    )
    return f"""\
#compdef {PROGRAM}
# zsh completion for {PROGRAM}: put it into a folder of $fpath as _{PROGRAM}
_{PROGRAM}_hosts() {{ compadd -- ${{(f)"$({PROGRAM} hosts 2>/dev/null)"}} }}
_{PROGRAM}() {{
  local -a verbs
  local context state line
  verbs=(
{listed}
  )
  _arguments -C {" ".join(_zsh(option) for option in _all(program()))} '1: :->verb' '*:: :->rest'
  case $state in verb) _describe command verbs; return ;; esac
  case $line[1] in
{cases}
  esac
}}
if [ "$funcstack[1]" = _{PROGRAM} ]; then _{PROGRAM} "$@"; else compdef _{PROGRAM} {PROGRAM}; fi
"""


def fish() -> str:
    """The script for fish."""
    lines = [f"# fish completion for {PROGRAM}: put it into ~/.config/fish/completions/{PROGRAM}.fish"]
    lines.append(f"complete -c {PROGRAM} -f")
    lines += [_fish(option, "") for option in _all(program())]
    for each in commands():
        lines.append(f"complete -c {PROGRAM} -n __fish_use_subcommand -a {each.name} -d {_quoted(each.words)}")
        lines += [_fish(option, f" -n '__fish_seen_subcommand_from {each.name}'") for option in each.options]
    return "\n".join(lines) + "\n"


def _all(command: Command) -> tuple[Option, ...]:
    return (*command.options, *command.common)


def _words(command: Command) -> str:
    flags = [flag for option in _all(command) for flag in option.flags]
    return " ".join([*flags, *(choice for option in command.arguments for choice in option.choices)])


def _bash_value(option: Option) -> str:
    if option.choices:
        return f'COMPREPLY=($(compgen -W "{" ".join(option.choices)}" -- "$current"))'
    return 'COMPREPLY=($(compgen -f -- "$current"))' if option.dest in ("site", "key") else ":"


def _zsh(option: Option) -> str:
    words = _colons(option.words).replace("[", "\\[").replace("]", "\\]")
    what = {"file": "_files", "site": "_files", "key": "_files", "host": f"_{PROGRAM}_hosts"}.get(option.dest, "")
    what = f"({' '.join(option.choices)})" if option.choices else what
    value = f":{_colons(option.value) or ' '}:{what}" if option.value else ""
    if not option.flags:
        return _quoted(f"1:{_colons(option.value) or ' '}:{what}")
    return " ".join(_quoted(f"{flag}[{words}]{value}") for flag in option.flags)


def _fish(option: Option, condition: str) -> str:
    line = f"complete -c {PROGRAM}{condition}"
    for flag in option.flags:
        line += f" -l {flag[2:]}" if flag.startswith("--") else f" -s {flag[1:]}"
    if option.choices:
        line += f" -x -a {_quoted(' '.join(option.choices))}"
    elif option.dest == "host":
        line += f" -x -a '({PROGRAM} hosts 2>/dev/null)'"
    elif option.dest in ("file", "site", "key"):
        line += " -r -F"
    elif option.value:
        line += " -x"
    return line + f" -d {_quoted(option.words)}"


def _colons(text: str) -> str:
    return text.replace("\\", "\\\\").replace(":", "\\:")


def _quoted(text: str) -> str:
    """One word of a shell, whatever it holds."""
    return "'" + text.replace("'", "'\\''") + "'"
