# One-shot: every process against every rule.
MORE="$MORE processes"
P=$STAT'
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
    if (rp[i] != "-") { l = ""; f = rp[i]; if (sub(/\/\.$/, "", f) || (getline l < f) <= 0) { print "! processes " rk[i] " nofile " esc(f); rp[i] = "none" } else { split(l, x, " "); rp[i] = x[1] } close(f) }
  }
  for (i = 1; i < ARGC; i++) {
    p = ARGV[i]
    RS = "\n"
    l = stat(p)
    if (l == "") continue
    match(l, /.*\)/)
    c = substr(l, 1, RLENGTH - 1)
    sub(/^[0-9]+ \(/, "", c)
    split(substr(l, RLENGTH + 2), x, " ")
    parent[p] = x[2]
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
      fp[++nf] = p
      fl[nf] = "F " rk[j] " " p " " st " " u " " ((u in nm) ? esc(nm[u]) : u) " " substr(esc(a), 1, 400)
    }
  }
  for (i = 1; i <= nf; i++) {
    h = 0
    for (p = fp[i]; p in parent && p != ME && ++h < 99; p = parent[p]) ;
    if (p != ME) print fl[i]
  }
  print "end"
}'
find_processes() {
cd /proc || return
# mawk dies of a file that cannot be read once it is open, as when its process has just ended: then the walk begins anew.
for t in 1 2 3 4 x; do
[ $t = x ] && { say "! processes awk failed"; return; }
O=$(WKP=$RULES awk -v BB="$B" -v ME=$$ "$P" [0-9]*)
case $N$O in *"${N}end") break;; esac
done
while read -r f k p s u n a; do
case $f in
end) ;;
F)
set -- /proc/$p/fd/*
c=$#
[ -r /proc/$p/fd ] && [ -x /proc/$p/fd ] || c=-
[ "$c" = 1 ] && [ ! -L "$1" ] && c=0
say "F $k $p $s $u $n $c $a";;
*) say "$f $k $p $s $u $n $a";;
esac
done <<X
$O
X
}
ask_processes() { job "$1" processes find_processes 8 x "! processes - hanging"; }
