# The probe: POSIX sh and one resident awk. Nothing is written on the host. Grammar: docs/probe-protocol.md.
# Comments and indentation are taken out before it is sent.
V=1.1
LC_ALL=C
export LC_ALL
unset ENV BASH_ENV
# The loader empties IFS and switches globbing off.
set +f
IFS=$(printf ' \t\nx')
IFS=${IFS%x}
N='
'
T=$(printf '\t')
# mksh has no printf of its own and echo reads backslashes in some shells.
if [ -n "$KSH_VERSION" ]; then
say() { print -r -- "$1"; }
else
say() { printf '%s\n' "$1"; }
fi
[ -r /proc/uptime ] && [ -r /proc/stat ] || { say '=X proc'; exit 3; }
# mawk waits for a full buffer on a pipe unless told not to; busybox splits what it reads at NUL by itself.
W=
B=
K=awk
case "$(awk -W version 2>&1 </dev/null)" in
*mawk*) W='-W interactive' K=mawk;;
*GNU*) K=gawk;;
*usy[Bb]ox*) B=1 K=busybox;;
esac
[ "$(awk 'BEGIN{print 6*7}' </dev/null 2>/dev/null)" = 42 ] || { say '=X awk'; exit 3; }
num() { case $1 in ''|*[!0-9]*) say "$2";; *) say "$1";; esac; }
read -r ME _ </proc/self/stat
C=
[ -e /.dockerenv ] || [ -e /run/.containerenv ] && C=container
case "$(cat /proc/1/cgroup 2>/dev/null)" in */docker/*|*/lxc/*|*kubepods*) C=container;; esac
S=sh
[ -n "$BASH_VERSION" ] && S=bash
[ -n "$KSH_VERSION" ] && S=mksh
say "=R 1 $V $H $F $(num "$(getconf CLK_TCK 2>/dev/null)" 100) $(num "$(getconf PAGESIZE 2>/dev/null)" 4096) $(num "$(id -u 2>/dev/null)" 0)"
plain() { case $2 in ''|*[![:print:]]*|*\\*) ;; *) say "=I $1 $2";; esac; }
read -r x </proc/sys/kernel/osrelease 2>/dev/null && plain kernel "$x"
read -r x </proc/sys/kernel/hostname 2>/dev/null && plain hostname "$x"
plain user "$(id -un 2>/dev/null)"
plain shell $S
plain awk $K
plain arch "$(uname -m 2>/dev/null)"
[ -n "$C" ] && plain scope $C
# The resident awk: answers samples by itself, each in one write, and puts slow answers together.
R='
function esc(s) { gsub(/[\001-\037\\\177]/, "?", s); return s }
function o(s) { O = O s "\n"; n++ }
function bad(s, c, d) { o("! " s " " c " " d) }
function stat(p,   f, l, m) {
  f = "/proc/" p "/stat"
  l = ""
  if ((getline l < f) <= 0) { close(f); return "" }
  while ((getline m < f) > 0) l = l "?" m
  close(f)
  return l
}
function link(i,   s) { s = first("/sys/class/net/" i "/operstate"); return (s ~ /^[a-z]+$/) ? s : "-" }
function first(f,   l) { l = ""; getline l < f; close(f); return l }
function leader(p,   f, l, y, r) {
  f = "/proc/" p "/status"
  r = 0
  while ((getline l < f) > 0) if (l ~ /^Tgid:/) { split(l, y, " "); r = (y[2] == p); break }
  close(f)
  return r
}
function fits(p,   c, a, i, b, f, m) {
  c = first("/proc/" p "/comm")
  f = "/proc/" p "/cmdline"
  a = ""
  m = ""
  while ((getline m < f) > 0) { if (!BB) gsub(/\000/, " ", m); a = (a == "") ? m : a " " m }
  close(f)
  b = a
  sub(/ .*/, "", b)
  sub(/.*\//, "", b)
  for (i = 1; i <= nr; i++) {
    if (rn[i] != "-" && rn[i] != b && substr(rn[i], 1, 15) != c) continue
    # mawk sees only the first argument here: then the section has to tell.
    if (ra[i] != "-" && !MW && a != "" && a !~ ra[i]) continue
    return 1
  }
  return 0
}
function newer(L,   p, d, i, k) {
  k = 0
  for (i = 1; i <= nw8; i++) { p = w8[i]; if (!(p in wat) && leader(p)) if (fits(p)) { o("A " p); if (++k > 20) break } }
  nw8 = 0
  if (last == "") { last = L; return }
  d = L - last
  if (d < 0 || d > 200) { if (nr) o("A 0"); last = L; return }
  for (p = last + 1; p <= L; p++) if (!(p in wat) && leader(p)) w8[++nw8] = p
  last = L
}
function sample(q,   f, l, x, i, k, c, s) {
  O = ""
  n = 0
  tick++
  l = first("/proc/uptime")
  if (l != "") { split(l, x, " "); o("U " x[1]) } else bad("sample", "/proc/uptime", "nofile")
  l = first("/proc/loadavg")
  k = ""
  if (l != "") { split(l, x, " "); o("L " x[1] " " x[2] " " x[3] " " x[4] " " x[5]); k = x[5] + 0 } else bad("sample", "/proc/loadavg", "nofile")
  f = "/proc/stat"
  c = 0
  s = ""
  while ((getline l < f) > 0) {
    if (l ~ /^cpu /) { s = l; sub(/^cpu +/, "", s) }
    else if (l ~ /^cpu/) c++
    else if (bt != "" && tick % 60) break
    else if (l ~ /^btime /) { bt = substr(l, 7); break }
  }
  close(f)
  if (s != "") o("C " c " " s); else bad("sample", "/proc/stat", "nofile")
  if (bt != "") o("K " bt)
  f = "/proc/meminfo"
  for (i in M) delete M[i]
  while ((getline l < f) > 0) {
    split(l, x, " ")
    M[x[1]] = x[2]
    if (x[1] == "SwapFree:") break
  }
  close(f)
  if ("MemTotal:" in M) o("M " M["MemTotal:"] " " M["MemFree:"] " " (("MemAvailable:" in M) ? M["MemAvailable:"] : "-") " " (("SwapTotal:" in M) ? M["SwapTotal:"] : "-") " " (("SwapFree:" in M) ? M["SwapFree:"] : "-"))
  else bad("sample", "/proc/meminfo", "nofile")
  if (ni) {
    f = "/proc/net/dev"
    i = 0
    while ((getline l < f) > 0) {
      if (++i < 3) continue
      sub(/:/, " ", l)
      split(l, x, " ")
      if (x[1] in I) o("N " x[1] " " x[2] " " x[4] " " x[5] " " x[10] " " x[12] " " x[13] " " link(x[1]))
    }
    close(f)
    if (!i) bad("interfaces", "/proc/net/dev", "nofile")
  }
  for (i = 1; i <= nw; i++) {
    l = stat(w[i])
    if (l == "") { o("G " w[i]); continue }
    match(l, /.*\)/)
    split(substr(l, RLENGTH + 2), x, " ")
    o("P " w[i] " " x[1] " " x[18] " " x[12] " " x[13] " " x[20] " " x[22])
  }
  if (k != "") newer(k)
  printf "%s", "=B " q "\n" O "=E " q " " n "\n"
  fflush()
}
function emit(q,   id) {
  for (id in pend) { split(id, E, " "); if (E[1] == q) { if (D[q] != "") { A[q] = A[q] pend[id] "\n"; an[q]++ } delete pend[id] } }
  if (D[q] == "") return
  printf "%s", "=b " q " " D[q] "\n" A[q] "=e " q " " D[q] " " (an[q] + 0) "\n"
  fflush()
  delete D[q]
  delete A[q]
  delete an[q]
  delete pn[q]
  delete all[q]
}
function rest(   s) { s = $0; sub(/^[^ ]+ /, "", s); return s }
BEGIN { last = ""; bt = ""; print "=O"; fflush() }
$1 == "S" { sample($2); next }
$1 == "W" || $1 == "w" {
  if ($1 == "W") { nw = 0; for (k in wat) delete wat[k] }
  for (i = 2; i <= NF; i++) { w[++nw] = $i; wat[$i] = 1 }
  next
}
$1 == "I" { ni = 0; for (k in I) delete I[k]; for (i = 2; i <= NF; i++) { I[$i] = 1; ni++ } next }
$1 == "P" { if (NF == 1) { nr = 0; next } split(rest(), x, "\t"); nr++; rn[nr] = x[2]; ra[nr] = x[3]; next }
$1 ~ /^[*]/ { q = substr($1, 2); D[q] = $2; A[q] = ""; an[q] = 0; pn[q] = 0; next }
$1 ~ /^[+]/ { q = substr($1, 2); if (q in D) { A[q] = A[q] rest() "\n"; an[q]++ } next }
$1 ~ /^[?]/ { q = substr($1, 2); l = rest(); id = $2; sub(/^[^ ]+ /, "", l); if (q in D) { pend[q " " id] = l; pn[q]++ } next }
$1 ~ /^%/ { q = substr($1, 2); id = q " " $2; if (id in pend) { delete pend[id]; pn[q]--; if (all[q] && pn[q] == 0) emit(q) } next }
$1 ~ /^[.]/ { q = substr($1, 2); all[q] = 1; if (pn[q] == 0) emit(q); next }
$1 ~ /^~/ { q = substr($1, 2); if (q in D) emit(q); next }
$1 == "Q" { exit }
{ print "! request - unknown"; fflush() }
'
# One-shot: every process against every rule.
P='
function esc(s) { gsub(/[\001-\037\\\177]/, "?", s); return s }
BEGIN {
  if (!BB) RS = "\000"
  n = split(ENVIRON["WKP"], L, "\n")
  for (i = 1; i <= n; i++) if (L[i] != "") {
    split(L[i], x, "\t")
    k++
    rk[k] = x[1]; rn[k] = x[2]; ra[k] = x[3]; ru[k] = x[4]; rt[k] = x[5]; rp[k] = x[6]
  }
  o = RS
  RS = "\n"
  while ((getline l < "/etc/passwd") > 0) { split(l, x, ":"); if (!(x[3] in nm)) nm[x[3]] = x[1]; id[x[1]] = x[3] }
  close("/etc/passwd")
  for (i = 1; i <= k; i++) {
    if (ru[i] != "-") { if (ru[i] in id) ru[i] = id[ru[i]]; else if (ru[i] !~ /^[0-9]+$/) { print "! processes " rk[i] " nouser"; ru[i] = "none" } }
    if (rp[i] != "-") { l = ""; f = rp[i]; if ((getline l < f) <= 0) { print "! processes " rk[i] " nofile " esc(f); rp[i] = "none" } else { split(l, x, " "); rp[i] = x[1] } close(f) }
  }
  for (i = 1; i < ARGC; i++) {
    p = ARGV[i]
    RS = "\n"
    f = "/proc/" p "/stat"
    l = ""
    if ((getline l < f) <= 0) { close(f); continue }
    while ((getline m < f) > 0) l = l "?" m
    close(f)
    match(l, /.*\)/)
    c = substr(l, 1, RLENGTH - 1)
    sub(/^[0-9]+ \(/, "", c)
    split(substr(l, RLENGTH + 2), x, " ")
    if (p == ME || x[2] == ME) continue
    st = x[20]
    RS = o
    f = "/proc/" p "/cmdline"
    a = ""
    b = ""
    while ((getline m < f) > 0) { if (b == "") b = m; a = (a == "") ? m : a " " m }
    close(f)
    RS = "\n"
    sub(/.*\//, "", b)
    sub(/[ :].*/, "", b)
    if (a == "") a = "[" c "]"
    u = ""
    for (j = 1; j <= k; j++) {
      if (rn[j] != "-" && rn[j] != b && rn[j] != c && !(length(rn[j]) > 15 && substr(rn[j], 1, 15) == c)) continue
      if (ra[j] != "-" && a !~ ra[j]) continue
      if (rp[j] != "-" && rp[j] != p) continue
      if (u == "") { f = "/proc/" p "/status"; while ((getline m < f) > 0) if (m ~ /^Uid:/) { split(m, y, /[ \t]+/); u = y[2]; break } close(f) }
      if (ru[j] != "-" && ru[j] != u) continue
      if (rt[j] != "-") {
        f = "/proc/" p "/cgroup"
        g = 0
        while ((getline m < f) > 0) if (index(m "/", "/" rt[j] "/")) g = 1
        close(f)
        if (!g) continue
      }
      print "F " rk[j] " " p " " st " " u " " ((u in nm) ? esc(nm[u]) : u) " " substr(esc(a), 1, 400)
    }
  }
}'
# One-shot: listening sockets, and which of the watched processes hold them.
L='
function hex(s,   i, v) { v = 0; for (i = 1; i <= length(s); i++) v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1; return v }
function word(s) { return LE ? substr(s, 7, 2) substr(s, 5, 2) substr(s, 3, 2) substr(s, 1, 2) : s }
function v4(s) { s = word(s); return hex(substr(s, 1, 2)) "." hex(substr(s, 3, 2)) "." hex(substr(s, 5, 2)) "." hex(substr(s, 7, 2)) }
function v6(s,   i, r, w) { r = ""; for (i = 0; i < 4; i++) { w = word(substr(s, i * 8 + 1, 8)); r = r (i ? ":" : "") substr(w, 1, 4) ":" substr(w, 5, 4) } return r }
/^\/proc\/.*:$/ { p = $0; sub(/^\/proc\//, "", p); sub(/\/.*/, "", p); next }
# The links of a process with more rights than ours can be listed, but not read: one that was only just closed is another
# matter, so all of them have to be without an arrow.
/^l/ { if (/ -> /) shown[p] = 1; else shut[p] = 1 }
/socket:\[/ { s = $0; sub(/.*socket:\[/, "", s); sub(/\].*/, "", s); if (p != "self") { if (s in own) own[s] = own[s] "," p; else own[s] = p } }
END {
  for (p in shut) if (!(p in shown)) OK = 0
  print "O " OK
  for (k = 0; k < 2; k++) {
    f = k ? "/proc/net/tcp6" : "/proc/net/tcp"
    n = 0
    while ((getline l < f) > 0) {
      n++
      if (!index(l, " 0A ")) continue
      split(l, x, " ")
      if (x[4] != "0A") continue
      split(tolower(x[2]), a, ":")
      print "T " (k ? v6(a[1]) : v4(a[1])) " " hex(a[2]) " " ((x[10] in own) ? own[x[10]] : "-")
    }
    close(f)
    if (!n && !k) print "! ports " f " nofile"
  }
}'
# One-shot: sizes as stat says them, one line for each line of WKM.
Z='
BEGIN { n = split(ENVIRON["WKM"], m, "\n") }
{ r++
  if (m[r] == "" || NF < 6) next
  z = $1 / 1024
  split(m[r], x, " ")
  printf "D %.0f %.0f %.0f %s %s %s %s %s %s\n", $2 * z, ($2 - $3) * z, $4 * z, ($5 > 0) ? $5 : "-", ($5 > 0) ? $6 : "-", x[1], x[2], x[3], x[4]
  fflush() }
END { if (r < n) for (i = r + 1; i <= n; i++) if (m[i] != "") { split(m[i], x, " "); print "! mounts " x[4] " failed" } }'
# Where stat cannot look at file systems, df can, without inodes.
Y='
BEGIN { n = split(ENVIRON["WKM"], m, "\n") }
NR > 1 { r++; if (m[r] == "") next; split(m[r], x, " "); print "D " $2 " " $3 " " $4 " - - " x[1] " " x[2] " " x[3] " " x[4] }
END { if (r < n) for (i = r + 1; i <= n; i++) if (m[i] != "") { split(m[i], x, " "); print "! mounts " x[4] " failed" } }'
# One-shot: the processes below process P that have none below themselves.
E='
BEGIN {
  for (i = 1; i < ARGC; i++) {
    f = "/proc/" ARGV[i] "/stat"
    l = ""
    while ((getline m < f) > 0) l = l "?" m
    close(f)
    sub(/.*\) /, "", l)
    split(l, x, " ")
    up[ARGV[i]] = x[2]
  }
  under[P] = 1
  do {
    n = 0
    for (p in up) if (!(p in under) && (up[p] in under)) { under[p] = 1; waits[up[p]] = 1; n++ }
  } while (n)
  for (p in under) if (!(p in waits)) print p
}'
SF=1
stat -f -c '%S %b %f %a %c %d' / >/dev/null 2>&1 </dev/null || SF=
LE=1
case "$(printf '\1\0' | od -An -tx2 2>/dev/null)" in *0100*) LE=0;; esac
up() { read -r UP _ </proc/uptime; UP=${UP%.*}; }
# A child of ours that still runs; a zombie has ended, a stranger with its number is not ours.
alive() {
read -r l 2>/dev/null </proc/$1/stat || return 1
set -- ${l##*) }
case $1 in Z|X) return 1;; esac
[ "$2" = "$MAIN" ]
}
# What a job waits for is killed, not the shells that wait: while it does not die the job goes on, and none is added.
end_below() {
cd /proc && kill -9 $(awk -v P="$1" "$E" [0-9]*)
}
# Lines of a slow answer, each written whole: a pipe keeps short writes together.
tag() { awk -v q="$1" '{ print "+" q " " $0; fflush() }'; }
raw() {
M=$1
case $M in *\\*) M=$(printf "$(say "$M" | awk '{ gsub(/%/, "%%"); print }')x"); M=${M%x};; esac
}
sizes() {
if [ -n "$SF" ]; then
stat -f -c '%S %b %f %a %c %d' "$@" 2>/dev/null | awk "$Z"
else
df -P -k "$@" 2>/dev/null | awk "$Y"
fi
}
# job SEQ ID NAME WAIT TEXT: starts NAME in the background unless its last run still hangs. After WAIT seconds the
# answer goes out without it. One that hangs is tried to be killed; a process stuck in the kernel only goes by itself.
job() {
eval "p=\${J_$2:-0} s=\${S_$2:-0}"
if [ "$p" != 0 ] && alive "$p"; then
up
e=$((UP-s))
if [ $e -gt 20 ]; then end_below "$p" </dev/null 2>/dev/null & fi
say "+$1 $6 $e${7:+ $7}"
return
fi
say "?$1 $2 $6 $4${7:+ $7}"
( $3 "$1" "$2" "$5" | tag "$1"; say "%$1 $2" ) </dev/null 2>/dev/null &
up
eval "J_$2=$! S_$2=$UP"
A=1
}
find_processes() {
cd /proc || return
WKP=$RULES awk -v BB="$B" -v ME="$ME" "$P" [0-9]* | while read -r f k p s u n a; do
case $f in
F)
set -- /proc/$p/fd/*
c=$#
[ -r /proc/$p/fd ] && [ -x /proc/$p/fd ] || c=-
[ "$c" = 1 ] && [ ! -L "$1" ] && c=0
say "F $k $p $s $u $n $c $a";;
*) say "$f $k $p $s $u $n $a";;
esac
done
}
find_ports() {
D=
O=1
for p in $WATCH; do [ -d /proc/$p ] || continue; [ -r /proc/$p/fd ] && [ -x /proc/$p/fd ] && D="$D /proc/$p/fd" || O=0; done
[ -n "$WATCH" ] || O=0
ls -l /proc/self/fd $D 2>/dev/null | awk -v LE=$LE -v OK=$O "$L"
}
read_mounts() {
set --
while read -r r t s m; do
[ -n "$m" ] || continue
raw "$m"
set -- "$@" "$M"
done <<X
$LOCAL
X
WKM=$LOCAL sizes "$@"
}
read_mount() {
raw "${3##* }"
WKM=$3 sizes "$M"
}
mounts() {
LOCAL= SEEN=" " RISKY= q=$1
while read -r s m t o _; do
r=0
case ,$o, in *,ro,*) r=1;; esac
g="$r $t $s $m"
case "$N$RISKY" in *" $m$N"*) continue;; esac
case "$N$WANTED$N" in *"$N$m$N"*) RISKY="$RISKY$g$N"; continue;; esac
case $t in
nfs|nfs4|cifs|smb3|smbfs|9p|ceph|glusterfs|lustre|gfs2|ocfs2|afs|fuse.*|fuseblk) k=1;;
ext[234]|xfs|btrfs|vfat|f2fs|zfs|jfs|reiserfs|ntfs|ntfs3|exfat|overlay|ubifs|jffs2|bcachefs|nilfs2|hfsplus|ufs) k=0;;
*) continue;;
esac
case $SEEN in *" $t,$s "*) continue;; esac
SEEN="$SEEN$t,$s "
[ $k = 1 ] && RISKY="$RISKY$g$N" || LOCAL="$LOCAL$g$N"
done </proc/mounts
LOCAL=${LOCAL%"$N"}
A=
[ -n "$LOCAL" ] && job "$q" local read_mounts 4 x "! mounts - hanging"
while read -r r t s m; do
[ -n "$m" ] || continue
k=$(printf %s "$m" | od -An -tx1 2>/dev/null | tr -d ' \n')
[ -n "$k" ] || k=x
job "$q" "m$k" read_mount 4 "$r $t $s $m" H "$r $t $s $m"
done <<X
$RISKY
X
}
# Further sections, each a file of its own below shell/: a function ask_NAME that starts its jobs and sets w, and what
# the console told it in G_NAME, a line each. Their names are only ever taken from this list. What is named in LATE is
# called with each sample.
MORE= LATE=
#SECTIONS
# Read by a function, so that nothing of the program is left on the input.
main() {
# In a pipeline this is a process of its own, and the jobs are its children.
read -r MAIN _ </proc/self/stat
RULES= WANTED= WATCH=
while IFS= read -r l; do
c=${l%% *}
a=
case $l in *' '*) a=${l#* };; esac
case $c in
S)
say "$l"
for x in $LATE; do $x; done;;
I) say "$l";;
W) WATCH=$a; say "$l";;
w) WATCH="$WATCH $a"; say "$l";;
P) if [ -z "$a" ]; then RULES=; else RULES="$RULES$a$N"; fi; say "$l";;
D) if [ -z "$a" ]; then WANTED=; else WANTED="$WANTED$N$a"; fi;;
=)
x=${a%% *}
case "$MORE " in
*" $x "*) case $a in *' '*) eval "G_$x=\$G_$x\${a#* }\$N";; *) eval "G_$x=";; esac;;
*) say "unknown";;
esac;;
X)
q=${a%% *}
x=${a#* }
x=${x%% *}
A=
case $x in
processes) say "*$q $x"; job "$q" "$x" find_processes 8 x "! $x - hanging"; w=8;;
ports) say "*$q $x"; job "$q" "$x" find_ports 8 x "! $x - hanging"; w=8;;
mounts) say "*$q $x"; mounts "$q"; w=4;;
*)
case "$MORE " in
*" $x "*) say "*$q $x"; w=8; "ask_$x" "$q";;
*) say "unknown"; continue;;
esac;;
esac
say ".$q"
[ -n "$A" ] && ( sleep $w; say "~$q" ) </dev/null 2>/dev/null &;;
Q) break;;
*) say "unknown";;
esac
done
say Q
}
main | awk $W -v MW="${W:+1}" -v BB="$B" "$R"
