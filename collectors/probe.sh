# The probe: POSIX sh and one resident awk. Nothing is written on the host. Grammar: docs/probe-protocol.md.
# Comments and indentation are taken out before it is sent.
V=1.3
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
word() { print -rn -- "$1"; }
else
say() { printf '%s\n' "$1"; }
word() { printf %s "$1"; }
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
# M: an escaped word as it really is.
raw() {
M=$1
case $M in *\\*) M=$(printf "$(say "$M" | awk '{ gsub(/%/, "%%"); print }')x"); M=${M%x};; esac
}
# Here stand the files of shell/: how samples are taken, how jobs are run, and the sections. A section NAME is in the
# list MORE, from which alone such names are taken, and has a function ask_NAME, called with SEQ, that starts its jobs
# and may set w, the seconds after which the answer goes out without those that have not ended. What the console told it
# is in G_NAME, a line each. What is named in LATE is called with each sample.
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
say "$l" || break
for x in $LATE; do $x; done;;
I) say "$l" || break;;
W) WATCH=$a; say "$l";;
w) WATCH="$WATCH $a"; say "$l";;
P)
# A directory in place of a pid file would be the end of mawk: it is marked.
[ -d "${a##*"$T"}" ] && a=$a/.
if [ -z "$a" ]; then RULES=; else RULES="$RULES$a$N"; fi
say "$l";;
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
case "$MORE " in
*" $x "*) say "*$q $x"; w=8; "ask_$x" "$q";;
*) say "unknown"; continue;;
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
