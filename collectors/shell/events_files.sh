# Section "events", files: the one in which the cursor stands, wherever it has gone, and those that came after it.
# SI SM SZ: inode, kind and size of what a name leads to.
ev_stat() {
SI= SM= SZ=
x=$(ls -Lnid "$1" 2>/dev/null) || return 1
ev_split ' ' "$x"
}
# TI TZ: inode and size of another file.
ev_other() {
x=$(ls -Lnid "$1" 2>/dev/null) || return 1
set -- "$SI" "$SM" "$SZ"
ev_split ' ' "$x"
TI=$SI TZ=$SZ
SI=$1 SM=$2 SZ=$3
}
ev_split() {
IFS=$1
shift
set -f
set -- $*
set +f
IFS="$SP"
SI=$1 SM=${2%"${2#?}"} SZ=$6
}
# ev_read FILE BLOCK OFFSET SIGLENGTH SIG SIZE HOW: R gets what was found. HOW: r as it is, f to the very end, i only
# find the last line end.
ev_read() {
f=$1 b=$2
[ "$b" -gt 0 ] && [ "$7" != i ] && b=$((b-1))
z=$6
case $f in
*.gz)
z=
n=$(awk -v b="$b" 'BEGIN { printf "%.0f", b * 8192 + 1 }')
R=$({ gzip -dc <"$f" | tail -c "+$n" && word 0 || word 1; } 2>/dev/null | ev_lines "$b" "$3" "$4" "$5" "$z" "$7");;
*)
R=$({ dd if="$f" bs=8192 skip="$b" count=$EV_CNT && word 0 || word 1; } 2>/dev/null | ev_lines "$b" "$3" "$4" "$5" "$z" "$7");;
esac
case $R in
K*) return 0;;
X*) return 1;;
# It may have been renamed just now: then it is looked for.
F*) [ -r "$f" ] && EV_BAD=failed;;
*) ev_no_awk;;
esac
return 1
}
# Why awk said nothing: the pattern, unless this host starts no more processes at all.
ev_no_awk() {
EV_BAD=pattern
[ "$(awk 'BEGIN{print 6*7}' </dev/null 2>/dev/null)" = 42 ] || EV_BAD=nofork
}
ev_lines() {
tr '\000-\010\013-\037\177' '?' | EV=$G_events EVK=$key awk -v BB="$B" -v LIM=$EV_LIM -v AT="$1" -v OFF="$2" -v SL="$3" -v SIG="$4" -v SIZE="$5" -v HOW="$6" "$EV_R"
}
# Takes R apart: its lines go to OUT, its sums to NEW GOT LEFT REST.
ev_out() {
x=${R%%"$N"*}
case $R in *"$N"*) OUT=$OUT${R#*"$N"}$N;; esac
set -- $x
NEW=$2 LEFT=$4 REST=$5
GOT=$((GOT+$3))
}
# A rotated name without its digits and its compression: by that names of one kind are known.
ev_kind() {
D=${1##*/}
D=${D%.gz}
while :; do
case $D in
*[0-9]*) D=${D%%[0-9]*}${D#*[0-9]};;
*) break;;
esac
done
}
# Is $1 younger than $2? Where their times are the same a smaller number is, and else the name that comes later.
ev_younger() {
[ "$1" -nt "$2" ] && return 0
[ "$2" -nt "$1" ] && return 1
x=${1%.gz} y=${2%.gz}
x=${x##*[!0-9]} y=${y##*[!0-9]}
case ${#x}${#y} in
[1-4][1-4]) [ "$x" -lt "$y" ]; return;;
esac
return 0
}
# Puts $1 into KIN, the youngest first, MOST of them.
ev_put() {
case $1 in *"$N"*) return;; esac
[ -f "$1" ] && [ -r "$1" ] && [ -s "$1" ] && ! [ "$1" -ef "$path" ] || return
case $1 in
*.gz)
[ -e "${1%.gz}" ] && return
command -v gzip >/dev/null 2>&1 || { EV_GZ=1; return; };;
esac
case $N$KIN in *"$N$1$N"*) return;; esac
o= d= n=0
IFS=$N
set -f
for k in $KIN; do
if [ -z "$d" ] && ev_younger "$1" "$k"; then o=$o$1$N d=1 n=$((n+1)); fi
[ $n -lt $MOST ] || break
o=$o$k$N n=$((n+1))
done
set +f
IFS="$SP"
[ -n "$d" ] || [ $n -ge $MOST ] || o=$o$1$N
KIN=$o
}
# FOUND: the file in which the cursor stands now, if it is still there. By its inode under any name, or else a copy.
ev_find() {
FOUND=
if [ "$SI" != "$I" ] || [ -z "$HERE" ]; then
names=$(ls -1i "$dir" 2>/dev/null | awk -v I="$I" '$1 "" == I "" { sub(/^ *[0-9]+ /, ""); print }')
IFS=$N
set -f
for g in $names; do
IFS="$SP"
set +f
[ "$g" = "$base" ] && continue
ev_try "$dir$g" && return
done
set +f
IFS="$SP"
fi
ev_names 100
IFS=$N
set -f
for g in $KIN; do
IFS="$SP"
set +f
ev_try "$g" && return
done
IFS="$SP"
set +f
return 1
}
# KIN: what may have been the file at this path before, the youngest first.
ev_names() {
KIN= MOST=$1
for g in "$dir$base"?*; do ev_put "$g"; done
case $base in
?*.?*)
s=${base%.*} e=${base##*.}
for g in "$dir$s"[-._]*".$e" "$dir$s"[-._]*".$e".*; do ev_put "$g"; done;;
esac
}
ev_try() {
[ -f "$1" ] && [ -r "$1" ] && ev_other "$1" || return 1
# Too short for certain: no need to read it. mksh cannot compare such numbers, but it can count their digits.
case $1 in *.gz) ;; *) [ ${#TZ} -ge ${#OFF} ] || return 1;; esac
ev_read "$1" "$BLK" "$OFF" "$SL" "$SIG" "$TZ" r || return 1
FOUND=$1
return 0
}
# Y: names of the same kind as FOUND and younger, the oldest first.
ev_after() {
KIN= Y= MOST=9999
x=${FOUND##*/}
case $x in
"$base"*) ;;
*) [ "$IDS" = "$N" ] || { EV_G=$dir${x%%[0-9]*} IDS=$(ev_ids); };;
esac
ev_kind "$FOUND"
kind=$D
x=${x%.gz}
for g in "$dir${x%%[0-9]*}"*; do
ev_kind "$g"
[ "$D" = "$kind" ] && [ "${g%.gz}" != "${FOUND%.gz}" ] && ev_younger "$g" "$FOUND" && ev_put "$g"
done
IFS=$N
set -f
for g in $KIN; do Y=$g$N$Y; done
IFS="$SP"
set +f
}
ev_gap() { OUT="${OUT}G $key $1$N"; }
ev_bad() { OUT="${OUT}! events $key $1${2:+ $2}$N"; }
ev_to() { OUT="${OUT}C $key $cur $1 $GOT $2$N"; }
# From the very start of what has the path now, once there is a line in it: a cursor always has something before it.
ev_anew() {
[ -n "$HERE" ] && [ "$SZ" != 0 ] && ev_read "$path" 0 0 0 5381 "$SZ" r || return 1
case $R in "K 0:"*) return 1;; esac
NAMED=1
ev_out
ev_to "$SI:$NEW" "$LEFT"
}
# There is nothing at the path yet: the end of the youngest before it is where to go on from, if there is one.
ev_stand() {
NAMED=1
ev_names 1
g=${KIN%%"$N"*}
[ -n "$g" ] && ev_other "$g" || { ev_to @ 0; return; }
b=0
case $g in *.gz) ;; *) ev_block "$TZ";; esac
ev_read "$g" $b 0 0 0 "" i || return
case $R in "K 0:"*) ev_to @ 0; return;; esac
ev_out
GOT=0
ev_to "$TI:$NEW" 0
}
ev_block() { b=$(awk -v z="$1" 'BEGIN { b = int(z / 8192) - 8; print (b < 0) ? 0 : b }'); }
# ev_file CURSOR PATH ESCAPEDPATH: one file. A cursor is INODE:OFFSET:BLOCK:LENGTH:SIG, with :s where the file has been
# seen renamed and at its end; "-" is none yet, "@" means that the file was not there.
ev_file() {
dir=${2%/*}/ base=${2##*/}
cur=$1 path=$2 GOT=0 HERE= EV_BAD= why= IDS= EV_G= FOUND= Y=
case $path in /*) ;; *) ev_bad refused $3; return;; esac
case $path/ in
/proc/*|/sys/*|/dev/*|/etc/*|*/../*|*/./*|*//*|*/.ssh/*|*/.gnupg/*) ev_bad refused $3; return;;
esac
NAMED= SURE= SURE_TO= SURE_GOT=
case $cur in [0-9]*) ;; *) IDS=$(ev_ids);; esac
if ev_stat "$path"; then
if [ "$SM" != - ]; then why=notfile
elif [ ! -r "$path" ]; then why=denied
else HERE=1
fi
else
why=nofile
[ -x "${path%/*}/" ] || { [ -d "${path%/*}/" ] && why=denied; }
fi
ev_follow "$cur"
[ -n "$why" ] && ev_bad $why "$3"
[ -n "$EV_BAD" ] && ev_bad $EV_BAD
# What was read from its start was known by its name alone. If names moved meanwhile it is read once more, the next
# time; what was known by the bytes before the cursor counts.
if [ -n "$NAMED" ] && [ "$IDS" != "$(ev_ids)" ]; then
OUT="${SURE}C $key $cur ${SURE_TO:-$cur} ${SURE_GOT:-0} 1$N"
fi
}
# Which file each name that matters leads to: taken before and after, it says whether names moved meanwhile.
ev_ids() { ls -Lid "$path" "$dir$base"?* "$dir${base%.*}"[-._]* ${EV_G:+"$EV_G"*} 2>/dev/null; }
ev_follow() {
case $1 in
-|@|*[!0-9:s]*|*s*:*) ;;
*) IFS=:; set -- $1; IFS="$SP";;
esac
if [ $# -lt 5 ]; then
case $1 in
@)
# There was nothing at all: whatever is there now is new, what has been renamed since as well.
ev_names 9999
IFS=$N
set -f
for g in $KIN; do Y=$g$N$Y; done
set +f
IFS="$SP"
to=@
NAMED=1
if [ -n "$Y" ]; then
ev_chain
elif ! ev_anew; then
ev_to @ 0
fi
return;;
esac
if [ -z "$HERE" ] || [ "$SZ" = 0 ]; then
[ -n "$HERE" ] || [ "$why" = nofile ] && ev_stand
return
fi
ev_block "$SZ"
NAMED=1
ev_read "$path" "$b" 0 0 0 "" i || return
case $R in "K 0:"*) ev_stand; return;; esac
ev_out
GOT=0
ev_to "$SI:$NEW" 0
return
fi
I=$1 OFF=$2 BLK=$3 SL=$4 SIG=$5 ST=$6
if [ -n "$HERE" ] && [ "$SI" = "$I" ] && ev_read "$path" "$BLK" "$OFF" "$SL" "$SIG" "$SZ" r; then
ev_out
ev_to "$I:$NEW" "$LEFT"
return
fi
[ -n "$EV_BAD" ] && return
was=$SI
IDS=$(ev_ids)
ev_stat "$path"
[ "$SI" = "$was" ] || IDS=$N
if ! ev_find; then
[ -n "$HERE" ] && [ -z "$EV_BAD" ] || return
NAMED=1
if [ "$SI" = "$I" ]; then ev_gap cut; else ev_gap gone; fi
ev_anew || ev_stand
return
fi
ev_out
to=$TI:$NEW
moved=
[ "$TI" = "$I" ] || moved=1
SURE=$OUT SURE_TO=$to SURE_GOT=$GOT
f=$TI
ev_other "$FOUND" && [ "$TI" = "$f" ] || IDS=$N
TI=$f EV_GZ=
if [ "$LEFT" != 0 ]; then ev_to "$to" "$LEFT"; return; fi
ev_after
[ -n "$EV_GZ" ] && { ev_gap gone; ev_bad notool gzip; }
if [ -z "$Y" ]; then
if [ -z "$HERE" ] || [ "$SZ" = 0 ]; then ev_to "$to" 0; return; fi
# Whoever writes it may not have opened the new one yet: one more look before the old one is left.
if [ -z "$moved" ] && { [ "$ST" != s ] || [ "$GOT" != 0 ]; }; then ev_to "$to:s" "$SZ"; return; fi
NAMED=1
ev_rest "$FOUND" "$to"
ev_anew || ev_to "$to:s" 0
return
fi
NAMED=1
ev_rest "$FOUND" "$to"
ev_chain
}
# Reads what stands in Y, each from its start. The last one may still be written to: it is not left here.
ev_chain() {
LEFT=0
IFS=$N
set -f
for y in $Y; do
IFS="$SP"
set +f
[ "$GOT" -lt $EV_LIM ] || { ev_to "$to" 1; return; }
h=f
case $N$Y in *"$N$y$N") h=r;; esac
ev_other "$y" && ev_read "$y" 0 0 0 5381 "$TZ" $h || { LEFT=1; break; }
ev_out
case $NEW in 0:*) ;; *) to=$TI:$NEW;; esac
[ "$LEFT" = 0 ] || break
done
IFS="$SP"
set +f
[ "$LEFT" = 0 ] && [ -n "$HERE" ] && LEFT=$SZ
ev_to "$to" "$LEFT"
}
# The last line of a file that is left may have no end, and will get none.
ev_rest() {
[ "$REST" != 0 ] || return
IFS=:
set -- "$1" ${2%:s}
IFS="$SP"
ev_read "$1" "$4" "$3" "$5" "$6" "" f || return
ev_out
to=$TI:$NEW
}
