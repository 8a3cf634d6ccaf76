#!/usr/bin/env bash
# For an ordinary user on Debian: fetch the PostGIS packages that the machine lacks and unpack them
# into FOLDER, since only an administrator may install them. Needs apt-get, dpkg and a few minutes.
# Usage: unpack-postgis.sh FOLDER
set -euo pipefail
folder=$1
whole=$folder.unfinished
rm -rf "$whole"
mkdir -p "$whole/debs/partial" "$whole/lists/partial"

# apt with state of our own; what is installed it reads from the system.
apt=(apt-get -q -y -o APT::Sandbox::User= -o Debug::NoLocking=1
  -o Dir::State::lists="$whole/lists" -o Dir::Cache="$whole/debs" -o Dir::Cache::archives="$whole/debs")
"${apt[@]}" update
# Libraries of the C library's own package must never be mixed with the system's.
mapfile -t packages < <("${apt[@]}" --simulate install --no-install-recommends postgresql-15 postgresql-15-postgis-3 |
  sed -n 's/^Inst \([^ ]*\) .*/\1/p' | grep -vE '^(libc6|libc-bin|postgresql-common|ssl-cert)$')
(cd "$whole/debs" && "${apt[@]}" download "${packages[@]}")
for package in "$whole"/debs/*.deb; do dpkg -x "$package" "$whole"; done
rm -rf "$whole/debs" "$whole/lists"

# What the packages' install scripts would have done.
for control in "$whole"/usr/share/postgresql/15/extension/postgis*-3.control; do
  [ -e "$control" ] || continue
  ln -sf "${control##*/}" "${control%-3.control}.control"
done
libraries=$folder/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
cat >"$whole/usr/lib/postgresql/15/bin/wangge.env" <<TEXT
LD_LIBRARY_PATH=$libraries:$libraries/blas:$libraries/lapack
PROJ_DATA=$folder/usr/share/proj
TEXT
rm -rf "$folder"
mv "$whole" "$folder"
