#!/bin/sh
# Makes a Debian package of a published node: deploy/debian/build.sh FOLDER OUTPUT.deb
# FOLDER is what "dotnet publish Chat.Node -p:PublishProfile=SingleFile" has made; without one it is published first.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
published=${1:-$root/artifacts/single-file}
output=${2:-$root/artifacts/chatactors.deb}
[ "$#" -gt 0 ] || dotnet publish "$root/Chat.Node" -p:PublishProfile=SingleFile
for file in Chat.Node libe_sqlite3.so appsettings.json; do
  [ -f "$published/$file" ] || { echo "$published has no $file: publish it with -p:PublishProfile=SingleFile" >&2; exit 2; }
done
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
[ -n "$version" ] || { echo "Directory.Build.props names no version" >&2; exit 2; }

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
install -d -m 755 "$stage/DEBIAN" "$stage/usr/lib/chatactors" "$stage/usr/lib/systemd/system" "$stage/usr/share/doc/chatactors" "$stage/etc/chatactors"
install -m 755 "$published/Chat.Node" "$stage/usr/lib/chatactors/"
install -m 644 "$published"/*.so "$published/appsettings.json" "$stage/usr/lib/chatactors/"
install -m 644 "$root/deploy/systemd/chatactors.service" "$stage/usr/lib/systemd/system/"
install -m 600 "$root/deploy/systemd/chatactors.env" "$stage/etc/chatactors/"
install -m 640 "$root/deploy/systemd/settings.json" "$stage/etc/chatactors/"
install -m 644 "$root/docs/OPERATIONS.md" "$root/docs/LOGLINES.md" "$root/CHANGELOG.md" "$stage/usr/share/doc/chatactors/"
install -m 644 "$root/LICENSE" "$stage/usr/share/doc/chatactors/copyright"
install -m 755 "$here/postinst" "$here/prerm" "$stage/DEBIAN/"
printf '%s\n' /etc/chatactors/chatactors.env /etc/chatactors/settings.json > "$stage/DEBIAN/conffiles"
size=$(du -sk "$stage" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@SIZE@/$size/" "$here/control.in" > "$stage/DEBIAN/control"
mkdir -p "$(dirname "$output")"
dpkg-deb --root-owner-group -Zgzip --build "$stage" "$output"
