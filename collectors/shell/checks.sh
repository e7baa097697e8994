# Check commands. They are functions of this very text, each word of them quoted, so that the hash of the script
# covers them: the console asks for one by its number, and no line it sends can add or change one.
MORE="$MORE checks"
# A session of its own keeps a command and all it starts together, to be ended together.
OWN=
setsid true >/dev/null 2>&1 </dev/null && OWN=setsid
CUT='head -c 16384'
[ "$(say xy | head -c 1 2>/dev/null)" = x ] || CUT='dd bs=1 count=16384'
own() {
command -v "$1" >/dev/null 2>&1 || { say "$1: not found" >&2; exit 127; }
exec $OWN "$@"
}
CHECKS=0
# Output as "o", complaints as "e", the exit status as "x"; "t" where the deadline came first. What is more than is
# kept is read all the same, so that no command is held up, or ended, by a pipe that is full or closed.
run_check() {
exec 4>&1
eval "d=\$DEADLINE_$3"
( {
{ ( "check_$3" 4>&- 5>&- ); say "x $?" >&4; } 2>&5 |
{ $CUT; cat >/dev/null; } 2>/dev/null 5>&- | awk 'NR <= 40 { k = "o "
for (i = 1; i == 1 || i <= length($0); i += 1400) { print k substr($0, i, 1400); k = "p " }
fflush() }' >&4 5>&-
} 5>&1 | { $CUT; cat >/dev/null; } 2>/dev/null | awk 'NR <= 5 { print "e " substr($0, 1, 300); fflush() }' >&4 ) &
p=$!
# With its end the one that kills is ended too.
( sleep "$d" 4>&-; say "t $d" >&4; exec 4>&-; end_all "$p" ) >/dev/null &
u=$!
wait "$p"
kill -9 "$u"
}
ask_checks() {
n=${a##* }
case $n in [1-9]|[1-9][0-9]) ;; *) n=100;; esac
if [ "$n" -gt "$CHECKS" ]; then
say "+$1 ! checks - unknown"
return
fi
say "+$1 c $n"
eval "w=\$((DEADLINE_$n+2))"
job "$1" "check$n" run_check "$w" "$n" "! checks - hanging"
}
