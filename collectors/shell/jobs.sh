# How sections are answered: by jobs in the background, of which none is started while its last run goes on.
# One-shot: the processes below process P that have none below themselves. With ALL: everything below P and whoever
# shares a process group with one of these, and P itself last. Always in the same order: two looks can be compared. Fails
# while one of them still runs: who was told to stop does not before it has its turn, and may be starting another.
E=$STAT'
BEGIN {
  for (i = 1; i < ARGC; i++) {
    l = stat(ARGV[i])
    sub(/.*\) /, "", l)
    split(l, x, " ")
    up[ARGV[i]] = x[2]
    grp[ARGV[i]] = x[3]
    runs[ARGV[i]] = x[1] !~ /[TtZXD]/
  }
  under[P] = 1
  do {
    n = 0
    for (p in up) {
      if ((p in under) || !(up[p] in under) && !(ALL && (grp[p] in under))) continue
      under[p] = 1
      waits[up[p]] = 1
      n++
    }
  } while (n)
  for (i = 1; i < ARGC; i++) if ((p = ARGV[i]) in under && (ALL || !(p in waits))) {
    if (!ALL || p != P) print p
    n += runs[p]
  }
  if (ALL) print P
  exit n > 0
}'
below() { cd /proc && awk -v P="$1" -v ALL="$2" "$E" [0-9]*; }
# Who is killed while it starts another leaves that one behind, and nobody finds it any more. hold P [ALL]: stops those of
# below until it finds just those whom it has stopped; l: who they are.
hold() {
k= n=0
until l=$(below "$1" "$2") && [ "$l" = "$k" ]; do
[ $((n+=1)) -le 99 ] || return 1
kill -STOP $l
k=$l
done
}
# P is the last to end: who waits for it takes all of its family for ended.
end_all() { kill -STOP "$1"; hold "$1" 1; kill -9 $l "$1"; }
end_leaves() { hold "$1" && kill -9 $l; kill -CONT $(below "$1" 1); }
up() { read -r UP _ </proc/uptime; UP=${UP%.*}; }
# hangs ID: has the last run of ID, p, not answered yet? e: seconds since it began. A zombie has ended, a stranger with
# its number is not a child of ours, and one that is called "=" is saying its last word: it lives on for a moment, in
# which the next question may come. That name has no line end: bash goes back in a file after the lines that it did not
# take, cannot in one of a process that ended meanwhile, and gives the rest of them to whatever is read next.
hangs() {
eval "p=\$J_$1 s=\${S_$1:-0}"
up
e=$((UP-s))
[ -n "$p" ] && read -r l 2>/dev/null </proc/$p/stat || return 1
set -- ${l##*) }
case $1$l in [ZX]*|?"$p (=)"*) return 1;; esac
[ "$2" = "$MAIN" ]
}
# begin SEQ ID COMMAND WAIT TEXT FAILURE [WORDS]: starts COMMAND SEQ ID TEXT in the background, unless its last run
# hangs. After WAIT seconds the answer goes out without it, with FAILURE, the seconds and WORDS. Of one that hangs only
# what it waits for is killed: killing those around a process stuck in the kernel would only make room for the next to
# get stuck.
begin() {
if hangs "$2"; then
if [ $e -gt 20 ]; then end_leaves "$p" </dev/null 2>/dev/null & fi
say "+$1 $6 $e${7:+ $7}"
return 1
fi
say "?$1 $2 $6 $4${7:+ $7}"
( $3 "$1" "$2" "$5"; word = >/proc/self/comm; say "%$1 $2" ) </dev/null 2>/dev/null &
eval "J_$2=$! S_$2=$UP"
}
# job: as begin; marks the lines of COMMAND, each written whole (a pipe keeps short writes together), and has the main
# loop start a clock for the answer.
job() {
begin "$1" "$2" "marked $3" "$4" "$5" "$6" "$7" && A=1
}
marked() { $1 "$2" "$3" "$4" | awk -v q="$2" '{ print "+" q " " $0; fflush() }'; }
