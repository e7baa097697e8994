# time: what the host's clock says, beside its uptime, and the state of its time service.
MORE="$MORE time"
# The clock and the uptime are read side by side: the console compares by the uptime, so slow tools below cost nothing.
read_time() {
t=$(date +%s.%N 2>/dev/null)
read -r u _ </proc/uptime
case $t in *[!0-9.]*|*.|'') t=$(date +%s);; esac
say "N $t $u"
f=
if command -v chronyc >/dev/null 2>&1; then
l=$(chronyc -n -c tracking 2>/dev/null) && { f=1; printf '%s\n' "$l" | awk -F, 'NF >= 14 { print "S chrony " (($14 == "Not synchronised") ? 0 : 1) " " $5 " " $3 " " $2 }'; }
fi
if [ -z "$f" ] && command -v ntpq >/dev/null 2>&1; then
l=$(ntpq -n -c "rv 0 leap,stratum,offset,refid" 2>/dev/null) && case $l in *stratum=*) f=1
printf '%s\n' "$l" | awk '{ gsub(/,/, " "); for (i = 1; i <= NF; i++) { split($i, y, "="); v[y[1]] = y[2] } }
END { print "S ntpd " ((v["stratum"] < 16 && v["leap"] != "11") ? 1 : 0) " " v["offset"] / 1000 " " v["stratum"] " " ((v["refid"] == "") ? "-" : v["refid"]) }';; esac
fi
if [ -z "$f" ] && command -v timedatectl >/dev/null 2>&1; then
l=$(timedatectl show -p NTP -p NTPSynchronized 2>/dev/null) && { f=1
case $l in *NTPSynchronized=yes*) y=1;; *) y=0;; esac
case $l in *NTP=yes*) say "S timesyncd $y - - -";; *) say "S system $y - - -";; esac; }
fi
[ -n "$f" ] || say "S - - - - -"
}
ask_time() { job "$1" time read_time 8 x "! time - hanging"; }
