# Section "events": log files and the journal read on from where the console says, lines that fit a pattern told.
# Nothing is remembered here; a cursor is all there is. Only regular files are read, and never what holds settings,
# keys or the kernel's own state: whoever holds the probe's key can ask for any path.
MORE="$MORE events"
LATE="$LATE late_events"
EV_SPLIT= EV_OPEN= EV_DUE=0
# ev_journal CURSOR WHAT: the journal of a unit, or of the kernel (-k). An entry's own cursor, with n before it where it
# is only the newest entry of all.
ev_journal() {
cur=$1 GOT=0
command -v journalctl >/dev/null 2>&1 || { ev_bad notool journalctl; return; }
case $2 in -k) what=_TRANSPORT=kernel;; *) what=--unit=$2;; esac
if [ "$cur" = - ]; then
x=$(journalctl -n 0 "$what" --no-pager 2>&1 >/dev/null)
case $x in
*ermission*|*"not seeing messages"*) ev_bad denied journal; return;;
*"No journal files were found"*) ev_bad nofile journal; return;;
esac
ev_tail
ev_to "$x" 0
return
fi
case $cur in
@) R=$(journalctl "$what" -o json -a -q --no-pager 2>/dev/null | EVC= ev_entries);;
# Not --after-cursor: it leaves out one entry even where the cursor's own is not among those asked for.
*) R=$(journalctl "$what" -o json -a -q --no-pager --cursor="${cur#n}" 2>/dev/null | EVC=$cur ev_entries);;
esac
case $R in K*) ;; *) ev_no_awk; ev_bad $EV_BAD; return;; esac
ev_out
[ "$REST" = 1 ] && ev_gap journal
x=$NEW
[ "$x" = - ] && x=$cur
[ "$REST" = 1 ] && [ "$NEW" = - ] && ev_tail
ev_to "$x" "$LEFT"
}
ev_tail() {
x=$(journalctl -n 1 -o json -q --no-pager 2>/dev/null | awk '{ if (match($0, /"__CURSOR" ?: ?"[^"\\ ]*"/)) { s = substr($0, RSTART, RLENGTH - 1); sub(/.*"/, "", s); print "n" s } exit }')
[ -n "$x" ] || x=@
}
ev_entries() { tr '\000-\010\013-\037\177' '?' | EV=$G_events EVK=$key EVC=$EVC awk -v LIM=$EV_LIM "$EV_J"; }
# ev_run SEQ ID WHICH: all sources, or one by its number. One look at all files first: mostly nothing is new.
ev_run() {
q=$1 SP=$IFS n=0
set -- "$3"
LS=
IFS=$N
set -f
if [ "$1" = 0 ]; then
for l in $G_events; do
case $l in "F "*) raw "${l#* * * }"; set -- "$@" "$M";; esac
done
shift
IFS="$SP"
[ $# -gt 0 ] && LS=$(ls -Lnid "$@" 2>/dev/null)
set -- 0
IFS=$N
fi
for l in $G_events; do
case $l in [FJ]" "*) n=$((n+1));; *) continue;; esac
[ "$1" = 0 ] || [ "$1" = $n ] || continue
t=${l%% *}
l=${l#* }
key=${l%% *}
l=${l#* }
c=${l%% *}
l=${l#* }
IFS="$SP"
set +f
OUT=
if [ $t = J ]; then
ev_journal "$c" "$l"
else
raw "$l"
if ev_same "$c" "$M"; then OUT="Z $key"; else ev_file "$c" "$M" "$l"; fi
fi
set -f
IFS=$N
for o in $OUT; do say "+$q $o"; done
done
set +f
IFS="$SP"
}
ev_same() {
case $1 in *:s|-|@) return 1;; esac
IFS=$N
set -f
for r in $LS; do
case $r in
*" $2")
ev_split ' ' "$r"
x=${1#*:}
[ "$SI" = "${1%%:*}" ] && [ "$SZ" = "${x%%:*}" ] && [ "$SM" = - ] && { set +f; IFS="$SP"; return 0; };;
esac
done
set +f
IFS="$SP"
return 1
}
# All in one job, until it hangs once: then each source for itself, so that one stuck mount costs one source. Their lines
# have their mark already, and with each sample the clock is looked at: so no process is started for either.
ask_events() {
if [ -z "$EV_SPLIT" ] && hangs events; then
EV_SPLIT=1
end_all "$p" </dev/null 2>/dev/null &
fi
if [ -z "$EV_SPLIT" ]; then
begin "$1" events ev_run 8 0 "! events - hanging"
else
n=0
SP=$IFS
IFS=$N
set -f
for l in $G_events; do
case $l in [FJ]" "*) ;; *) continue;; esac
n=$((n+1))
l=${l#* }
IFS="$SP"
set +f
begin "$1" "ev$n" ev_run 8 $n "! events ${l%% *} hanging"
done
IFS="$SP"
set +f
fi
up
EV_OPEN=$1 EV_DUE=$((UP+8))
}
# Called with each sample: no process has to sleep for the answer to go out in time.
late_events() {
[ -n "$EV_OPEN" ] || return
up
[ $UP -ge $EV_DUE ] || return
say "~$EV_OPEN"
EV_OPEN=
}
