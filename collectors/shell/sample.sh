# What the awk programs share that read /proc/PID/stat: a name may have line ends in it.
STAT='
function stat(p,   f, l, m) {
  f = "/proc/" p "/stat"
  l = ""
  if ((getline l < f) <= 0) { close(f); return "" }
  while ((getline m < f) > 0) l = l "?" m
  close(f)
  return l
}
'
# The resident awk: answers samples by itself, each in one write, and puts slow answers together.
R=$STAT'
function o(s) { O = O s "\n"; n++ }
function bad(s, c, d) { o("! " s " " c " " d) }
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
  # Unbuffered, mawk reads beyond its memory when a file does not end in LF, and dies of it: no cmdline for it. What is
  # called like a rule or like a watched process may be one; the section has to tell.
  if (MW) {
    if (c in called) return 1
    for (i = 1; i <= nr; i++) if (rn[i] == "-" || substr(rn[i], 1, 15) == c) return 1
    return 0
  }
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
    if (ra[i] != "-" && a != "" && a !~ ra[i]) continue
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
  for (i = 2; i <= NF; i++) { w[++nw] = $i; wat[$i] = 1; if (MW) called[first("/proc/" $i "/comm")] = 1 }
  next
}
$1 == "I" { ni = 0; for (k in I) delete I[k]; for (i = 2; i <= NF; i++) { I[$i] = 1; ni++ } next }
$1 == "P" { if (NF == 1) { nr = 0; for (k in called) delete called[k]; next } split(rest(), x, "\t"); nr++; rn[nr] = x[2]; ra[nr] = x[3]; next }
$1 ~ /^[*]/ { q = substr($1, 2); D[q] = $2; A[q] = ""; an[q] = 0; pn[q] = 0; next }
$1 ~ /^[+]/ { q = substr($1, 2); if (q in D) { A[q] = A[q] rest() "\n"; an[q]++ } next }
$1 ~ /^[?]/ { q = substr($1, 2); l = rest(); id = $2; sub(/^[^ ]+ /, "", l); if (q in D) { pend[q " " id] = l; pn[q]++ } next }
$1 ~ /^%/ { q = substr($1, 2); id = q " " $2; if (id in pend) { delete pend[id]; pn[q]--; if (all[q] && pn[q] == 0) emit(q) } next }
$1 ~ /^[.]/ { q = substr($1, 2); all[q] = 1; if (pn[q] == 0) emit(q); next }
$1 ~ /^~/ { q = substr($1, 2); if (q in D) emit(q); next }
$1 == "Q" { exit }
{ print "! request - unknown"; fflush() }
'
