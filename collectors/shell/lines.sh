# lines: ping targets of the lines, each a job of its own; queues of their interfaces; TCP segments sent and sent again.
# Told: "I INTERFACE", and "P KEY TARGET INTERFACE|- COUNT". Words that are no names or addresses are left out: they
# stand on the command line of ping and tc.
MORE="$MORE lines"
PINGED='
{ if ($0 ~ /[Ii]nvalid argument|[Uu]sage:|unrecognized|invalid option/) odd = 1
  if ($0 ~ /not permitted|ermission denied|are you root/) denied = 1
  if ($0 ~ /nknown host|bad address|not known|resolution/) name = 1
  if ($0 ~ /nreachable/) way = 1 }
/packets transmitted/ { for (i = 1; i <= NF; i++) if ($(i + 1) == "packets" && $(i + 2) ~ /^transmitted/) sent = $i }
/time=/ && !/DUP!|duplicate/ {
  s = $0
  sub(/.*time=/, "", s)
  sub(/ .*/, "", s)
  if (s !~ /^[0-9.]+$/) next
  n++
  sum += s
  if (n == 1 || s < lo) lo = s
  if (n == 1 || s > hi) hi = s
  if (n > 1) { d = s - last; jit += (d < 0) ? -d : d }
  last = s
}
END {
  if (sent == "" && denied) { print "! lines " K " denied"; exit }
  if (sent == "" && (odd || !name && !way)) { print "! lines " K " failed"; exit }
  if (sent == "") sent = C
  why = name ? "name" : way ? "unreachable" : "-"
  if (n) print "G " K " " sent " " n " " lo " " sum / n " " hi " " ((n > 1) ? jit / (n - 1) : "-") " -"
  else print "G " K " " sent " 0 - - - - " why
}'
QUEUED='
/^qdisc/ { if (++q > 1) exit; next }
/dropped/ { s = $0; sub(/.*dropped /, "", s); sub(/,.*/, "", s); o = $0; sub(/.*overlimits /, "", o); sub(/ .*/, "", o) }
/backlog/ { b = $2; sub(/b$/, "", b); m = 1; if (sub(/K$/, "", b)) m = 1024; if (sub(/M$/, "", b)) m = 1048576; p = $3; sub(/p$/, "", p); exit }
END { if (q) print "Q " I " " b * m " " (p + 0) " " (s + 0) " " (o + 0) }'
ping_one() {
set -- $3
k=$1 t=$2 i=$3 c=$4
set -- -n -c "$c" -W 2
[ "$i" = - ] || set -- "$@" -I "$i"
# The shortest pause every user may ask for; an old busybox knows no pause at all.
o=$(ping "$@" -i 0.2 "$t" 2>&1)
case $o in *nvalid\ option*|*nrecognized*|*Usage*|*flood*) o=$(ping "$@" "$t" 2>&1);; esac
say "$o" | awk -v K="$k" -v C="$c" "$PINGED"
}
read_queues() {
read -r u _ </proc/uptime
say "U $u"
awk '/^Tcp:/ { if (++n == 1) { for (i = 1; i <= NF; i++) c[$i] = i } else print "T " $c["OutSegs"] " " $c["RetransSegs"] }' /proc/net/snmp 2>/dev/null
command -v tc >/dev/null 2>&1 || return 0
for i in $3; do tc -s qdisc show dev "$i" 2>/dev/null | awk -v I="$i" "$QUEUED"; done
}
ask_lines() {
q=$1
w=9
v=
while read -r k a b c d; do
case $a$b$c$d in *[!A-Za-z0-9.:%_@-]*) continue;; esac
case $a in -*) continue;; esac
case $k in
I) v="$v $a";;
P) case $b in -*|'') continue;; esac
case $c in -|[A-Za-z0-9]*) ;; *) continue;; esac
case $d in [1-9]|1[0-9]|20) ;; *) continue;; esac
command -v ping >/dev/null 2>&1 || { say "+$q ! lines $a nocommand ping"; continue; }
x=$(printf %s "$a" | od -An -tx1 2>/dev/null | tr -d ' \n')
job "$q" "g$x" ping_one 9 "$a $b $c $d" "! lines $a hanging";;
esac
done <<X
$G_lines
X
job "$q" queues read_queues 8 "$v" "! lines - hanging"
}
