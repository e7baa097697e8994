MORE="$MORE mounts"
# One-shot: sizes, one line for each line of WKM; as stat says them, or where it cannot look at file systems, as df does,
# without inodes.
SIZES='
BEGIN { n = split(ENVIRON["WKM"], m, "\n") }
END { if (r < n) for (i = r + 1; i <= n; i++) if (m[i] != "") { split(m[i], x, " "); print "! mounts " x[4] " failed" } }'
Z=$SIZES'
{ r++
  if (m[r] == "" || NF < 6) next
  z = $1 / 1024
  split(m[r], x, " ")
  printf "D %.0f %.0f %.0f %s %s %s %s %s %s\n", $2 * z, ($2 - $3) * z, $4 * z, ($5 > 0) ? $5 : "-", ($5 > 0) ? $6 : "-", x[1], x[2], x[3], x[4]
  fflush() }
'
Y=$SIZES'
NR > 1 { r++; if (m[r] == "") next; split(m[r], x, " "); print "D " $2 " " $3 " " $4 " - - " x[1] " " x[2] " " x[3] " " x[4] }
'
SF=1
stat -f -c '%S %b %f %a %c %d' / >/dev/null 2>&1 </dev/null || SF=
sizes() {
if [ -n "$SF" ]; then
stat -f -c '%S %b %f %a %c %d' "$@" 2>/dev/null | awk "$Z"
else
df -P -k "$@" 2>/dev/null | awk "$Y"
fi
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
ask_mounts() {
w=4 LOCAL= SEEN=" " RISKY= q=$1
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
