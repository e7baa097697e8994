# Section "events", the awk programs: what is read, held against the patterns, and how the cursor moves on.
# Bytes of one piece. busybox compiles a pattern anew for every line that it is held against.
EV_LIM=4194304 EV_CNT=515
[ -n "$B" ] && EV_LIM=1048576 EV_CNT=131
EV_IF=
i=1
while [ $i -le 12 ]; do
EV_IF="$EV_IF
if (np >= $i && s ~ p[$i] && (g[$i] == \"\" || s !~ g[$i])) return $i"
i=$((i+1))
done
# What both readers share. gawk keeps a compiled pattern for each place in the program: so one place for each.
EV_A='
function which(s) {'$EV_IF'
  return 0
}
function esc(s,   r, i) {
  s = substr(s, 1, 350)
  gsub(/\t/, " ", s)
  r = ""
  while ((i = index(s, "\\")) > 0) { r = r substr(s, 1, i - 1) "\\" "134"; s = substr(s, i + 1) }
  return r s
}
function rules(   n, i, L, x) {
  n = split(ENVIRON["EV"], L, "\n")
  all = ""
  for (i = 1; i <= n; i++) {
    split(L[i], x, "\t")
    if (x[1] != "P " ENVIRON["EVK"] || np >= 12) continue
    np++
    p[np] = x[2]
    g[np] = (x[3] == "-") ? "" : x[3]
    all = all (all == "" ? "" : "|") "(" x[2] ")"
  }
}
function fits(s,   k) {
  k = which(s)
  if (!k) return
  if (++c[k] <= 20) out = out "M " ENVIRON["EVK"] " " k " " esc(s) "\n"
  else last[k] = s
}
function told(   k) {
  printf "%s", out
  for (k = 1; k <= np; k++) if (c[k]) {
    if (c[k] > 20) print "M " ENVIRON["EVK"] " " k " " esc(last[k])
    print "O " ENVIRON["EVK"] " " k " " c[k]
  }
}
'
# Reads a file from a block before the cursor on. The bytes just before the cursor must be those that stood there when
# the cursor was made: by that a file is known again, whatever its name, its inode or its compression.
# The stream has one digit more than the file, whether reading it went well: so the last record is always what has no
# line end yet, and what a broken disk or a host without a free process gives is not taken for a file that was cut.
EV_R=$EV_A'
function hash(s,   h, i, n) {
  h = 5381
  n = length(s)
  for (i = 1; i <= n; i++) h = (h * 33 + ord[substr(s, i, 1)]) % 4294967291
  return h
}
function check() { checked = 1; if (HOW != "i" && hash(sig) != SIG) { bad = 1; exit } }
function before(x,   d) {
  d = OFF - SL - pos
  if (d < 0) d = 0
  if (length(x) > d) sig = sig substr(x, d + 1)
  pos += length(x)
  if (pos == OFF) check()
}
function take(s, e, h) {
  pos += length(s e)
  got += length(s e)
  ring[nr++ % 257] = s e
  if (HOW != "i" && h) fits(s)
  if (got >= LIM && HOW != "i") { stop = 1; exit }
}
function line(s, h,   n) {
  if (pos < OFF) {
    n = OFF - pos
    if (length(s) + 1 <= n) { before(s "\n"); return }
    before(substr(s, 1, n))
    s = substr(s, n + 1)
    h = 1
  }
  if (!checked) check()
  take(s, "\n", h)
}
BEGIN {
  for (i = 1; i < 256; i++) ord[sprintf("%c", i)] = i
  pos = AT * 8192
  rules()
  if (HOW == "i") OFF = pos
  if (BB && all != "") FS = "(" all ")"
}
{ if (NR > 1) line(prev, hit); prev = $0; hit = BB ? (NF > 1 || $0 == "") : 1 }
END {
  if (!stop && !bad) {
    if (prev !~ /0$/) { print "F"; exit }
    prev = substr(prev, 1, length(prev) - 1)
    if (pos < OFF) { n = OFF - pos; before(substr(prev, 1, n)); prev = substr(prev, n + 1) }
    if (pos == OFF && !checked) check()
    if (pos < OFF) bad = 1
    rest = length(prev)
    if (AT * 8192 < SIZE && pos + rest == AT * 8192) bad = 1
    if (!bad && rest && (rest >= 262144 || (HOW == "f" && (SIZE == "" || pos + rest >= SIZE)))) { LIM = got + rest + 1; take(prev, "", 1); rest = 0 }
  }
  if (bad) { print "X"; exit }
  # The bytes before the new cursor: of lines just read, and of those before them.
  s = ""
  for (i = nr - 1; i >= 0 && i > nr - 258 && length(s) < 256; i--) s = ring[i % 257] s
  if (length(s) < 256) s = sig s
  if (length(s) > 256) s = substr(s, length(s) - 255)
  left = 0
  if (stop || (SIZE != "" && pos + rest < SIZE)) left = (SIZE == "") ? 1 : SIZE - pos
  if (left < 0) left = 0
  n = int(pos / 8192)
  printf "K %.0f:%.0f:%d:%.0f %.0f %.0f %d\n", pos, n, length(s), hash(s), got, left, rest
  told()
}'
# Reads entries of the journal as JSON, one a line. A quote inside of a value has a backslash before it: a key in quotes
# with a colon behind is never part of a message.
EV_J=$EV_A'
function field(k,   s, v, i, ch, n, x) {
  if (!match($0, "\"" k "\" ?: ?")) return ""
  s = substr($0, RSTART + RLENGTH)
  if (substr(s, 1, 1) == "[") {
    s = substr(s, 2)
    sub(/\].*/, "", s)
    n = split(s, x, /[, ]+/)
    v = ""
    for (i = 1; i <= n && i <= 4096; i++) if (x[i] != "") v = v ((x[i] >= 32 && x[i] != 127) ? sprintf("%c", x[i] + 0) : (x[i] == 10 ? " " : "?"))
    return v
  }
  if (substr(s, 1, 1) != "\"") return ""
  s = substr(s, 2)
  v = ""
  while (match(s, /["\\]/)) {
    v = v substr(s, 1, RSTART - 1)
    ch = substr(s, RSTART, 1)
    if (ch == "\"") return v
    ch = substr(s, RSTART + 1, 1)
    if (ch == "u") { v = v "?"; s = substr(s, RSTART + 6); continue }
    v = v ((ch == "n" || ch == "t" || ch == "r") ? " " : (ch == "b" || ch == "f") ? "?" : ch)
    s = substr(s, RSTART + 2)
  }
  return v s
}
BEGIN { rules(); want = ENVIRON["EVC"]; weak = sub(/^n/, "", want) }
{
  cur = field("__CURSOR")
  if (cur == "" || cur ~ / /) next
  seen++
  if (seen == 1 && want != "") { if (cur == want) next; gap = !weak }
  newest = cur
  got += length($0)
  fits(field("MESSAGE"))
  if (got >= LIM) { stop = 1; exit }
}
END {
  if (!seen && want != "" && !weak) gap = 1
  printf "K %s %.0f %d %d\n", (newest == "") ? "-" : newest, got, stop + 0, gap + 0
  told()
}'
