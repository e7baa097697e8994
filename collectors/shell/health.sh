# health: pressure, file handles, block devices, temperatures, RAID, failed units, OOM kills. One awk reads it all.
# WKROOT stands before /proc and /sys in tests only.
MORE="$MORE health"
HEALTH='
function esc(s) { gsub(/[\001-\040\\\177]/, "_", s); return (s == "") ? "-" : s }
function first(f,   l) { l = ""; if ((getline l < f) < 0) l = ""; close(f); return l }
function num(s) { return (s ~ /^-?[0-9]+$/) ? s : "-" }
function pressure(k,   f, l, x, y, z, i) {
  f = R "/proc/pressure/" k
  while ((getline l < f) > 0) {
    split(l, x, " ")
    y["avg10"] = y["avg60"] = y["total"] = "-"
    for (i = 2; i in x; i++) { split(x[i], z, "="); y[z[1]] = z[2] }
    print "Y " k " " esc(x[1]) " " y["avg10"] " " y["avg60"] " " y["total"]
  }
  close(f)
}
function sensor(f,   b, d, n, l) {
  b = f
  sub(/_input$/, "", b)
  d = f
  sub(/\/[^\/]*$/, "", d)
  l = first(b "_label")
  if (l == "") { l = b; sub(/.*\//, "", l) }
  n = num(first(f))
  if (n != "-") print "T " esc(first(d "/name")) " " esc(l) " " n " " num(first(b "_max")) " " num(first(b "_crit"))
}
BEGIN {
  print "U " UP
  pressure("cpu")
  pressure("memory")
  pressure("io")
  l = first(R "/proc/sys/fs/file-nr")
  if (l != "") { split(l, x, " "); print "H " x[1] " " x[3] }
  f = R "/proc/vmstat"
  while ((getline l < f) > 0) if (l ~ /^oom_kill /) { print "O " substr(l, 10); break }
  close(f)
  for (i = 1; i < ARGC; i++) {
    a = ARGV[i]
    if (a ~ /^\//) { sensor(a); continue }
    disk[a] = 1
  }
  f = R "/proc/diskstats"
  while ((getline l < f) > 0) {
    split(l, x, " ")
    if (!(x[3] in disk) || x[3] ~ /^(loop|ram|zram|fd|sr)[0-9]/) continue
    e = first(R "/sys/block/" x[3] "/device/ioerr_cnt")
    print "K " esc(x[3]) " " x[4] " " x[6] " " x[7] " " x[8] " " x[10] " " x[11] " " x[13] " " esc(e)
  }
  close(f)
  f = R "/proc/mdstat"
  m = ""
  while ((getline l < f) > 0) {
    if (l ~ /^md[^ ]* : /) {
      if (m != "") print m " -"
      split(l, x, " ")
      m = x[1] " " x[3] " " ((x[4] ~ /^\(/) ? x[5] : x[4])
      continue
    }
    if (m == "") continue
    if (match(l, /\[[0-9]+\/[0-9]+\]/)) {
      w = substr(l, RSTART + 1, RLENGTH - 2)
      sub(/\//, " ", w)
      m = m " " w
    } else if (match(l, /(resync|recovery|reshape|check) *= *[0-9.]+%/)) {
      w = substr(l, RSTART, RLENGTH)
      gsub(/ /, "", w)
      md(m, w)
      m = ""
    } else if (l ~ /^ *$/) { md(m, "-"); m = "" }
  }
  if (m != "") md(m, "-")
  close(f)
}
function md(m, action,   x, n) {
  n = split(m, x, " ")
  print "R " esc(x[1]) " " esc(x[2]) " " esc(x[3]) " " ((n > 4) ? x[4] " " x[5] : "- -") " " esc(action)
}'
read_health() {
set --
for f in "$WKROOT"/sys/class/hwmon/hwmon*/temp*_input; do [ -r "$f" ] && set -- "$@" "$f"; done
for f in "$WKROOT"/sys/block/*; do [ -e "$f" ] && set -- "$@" "${f##*/}"; done
read -r u _ <"$WKROOT/proc/uptime"
awk -v R="$WKROOT" -v UP="$u" "$HEALTH" "$@"
if [ -d "$WKROOT/run/systemd/system" ]; then
if l=$(systemctl list-units --state=failed --plain --no-legend --no-pager 2>/dev/null); then
say "S 1"
printf '%s\n' "$l" | awk '$1 != "" { gsub(/[\001-\040\\\177]/, "_", $1); print "F " $1 }'
else
say "! health systemctl failed"
fi
else
say "S 0"
fi
}
ask_health() { job "$1" health read_health 8 x "! health - hanging"; }
