# What the project needs from the machine: Python packages, Debian packages, npm packages, the built
# front end. Each function does nothing when its work is already done. Sourced by bash, never run.
# shellcheck shell=bash

# ---- Python

find_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if have "$candidate" && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return 0
    fi
  done
  fail "Python 3.11 or newer is needed." "On Debian 12: apt-get install python3 python3-venv"
}

# python_env LOCK: .venv with exactly the packages of requirements.lock or requirements-dev.lock,
# each checked against its hash, and this project itself.
python_env() {
  local lock=$1 stamp=$VENV/.wangge-locked
  setup_lock
  if grep -qsxF "$(lock_hash "$lock")" "$stamp" && "$VENV/bin/python" -c 'import wangge' 2>/dev/null; then
    return 0
  fi
  if ! "$VENV/bin/python" -c 'import pip' 2>/dev/null; then
    make_venv
  fi
  local pip=("$VENV/bin/python" -m pip --disable-pip-version-check --no-input install --progress-bar off)
  "${pip[@]}" --only-binary :all: --require-hashes -r "$ROOT/$lock"
  "${pip[@]}" --no-index --no-deps --no-build-isolation --editable "$ROOT"
  lock_hash requirements.lock >"$stamp"
  # The larger lock holds the smaller one.
  [ "$lock" = requirements.lock ] || lock_hash "$lock" >>"$stamp"
}

# The project's path belongs to it, because .venv stops working when the folder is moved.
lock_hash() { (cd "$ROOT" && { pwd; cat pyproject.toml "$1"; } | sha256sum | cut -d' ' -f1); }

make_venv() {
  local python
  python=$(find_python)
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    apt_install python3-venv ||
      fail "Python's venv module is missing." "As an administrator: apt-get install python3-venv"
  fi
  "$python" -m venv --clear "$VENV"
}

# ---- Debian packages

# apt_install PACKAGE...: install as root or by sudo without a password; fails where neither is possible.
apt_install() {
  can_install || return 1
  local apt=(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update || true # lists may be there already
  "${apt[@]}" install --no-install-recommends "$@"
}

# postgis: PostgreSQL's server programs with PostGIS, wherever wangge.cluster can find them. An
# administrator gets Debian's packages; anyone else gets them unpacked below .cache.
postgis() {
  if postgis_found 2>/dev/null; then return 0; fi
  if [ -n "${WANGGE_PG_BINDIR:-}" ]; then
    : # the operator has said where; nothing to install
  elif can_install; then
    install_postgis || warn "apt-get could not install PostGIS; see above."
  elif have apt-get && have dpkg; then
    setup_lock
    "$ROOT/scripts/lib/unpack-postgis.sh" "$CACHE/postgresql" || warn "The packages could not be fetched; see above."
  fi
  postgis_found # says what to do
}

install_postgis() {
  local dropin=/etc/postgresql-common/createcluster.d/wangge.conf status=0
  # Debian would start a server of its own for all to reach; we need the programs only.
  as_root mkdir -p "${dropin%/*}"
  say 'create_main_cluster = false' | as_root tee "$dropin" >/dev/null
  apt_install postgresql-15 postgresql-15-postgis-3 || status=$?
  as_root rm -f "$dropin"
  return "$status"
}

postgis_found() { "$VENV/bin/python" -m wangge.cluster find; }

can_install() { have apt-get && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; }

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

# fonts: the Chinese fonts that books are set in (Noto CJK, SIL Open Font License 1.1). Without them all else works, and making
# a book says what is missing.
fonts() {
  if fonts_found; then return 0; fi
  if can_install; then
    apt_install fonts-noto-cjk || warn "apt-get could not install fonts-noto-cjk; see above."
  elif have apt-get && have dpkg; then
    setup_lock
    unpack_fonts "$CACHE/fonts" || warn "fonts-noto-cjk could not be fetched; see above."
  fi
  fonts_found || warn "Books cannot be printed until the package fonts-noto-cjk is installed, or WANGGE_FONTS_DIR names its folder."
}

fonts_found() {
  [ -n "${WANGGE_FONTS_DIR:-}" ] || [ ! -f /usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc ] || return 0 # quick, each start
  "$VENV/bin/python" -c 'from wangge.books.fonts import find_fonts; from wangge.core.settings import load_settings
find_fonts(load_settings().fonts_dir)' 2>/dev/null
}

# unpack_fonts FOLDER: for an ordinary user, with state of our own for apt.
unpack_fonts() {
  local folder=$1 whole=$1.unfinished apt
  rm -rf "$whole"
  mkdir -p "$whole/lists/partial" "$whole/partial"
  apt=(apt-get -q -y -o APT::Sandbox::User= -o Debug::NoLocking=1 -o Dir::State::lists="$whole/lists" -o Dir::Cache="$whole")
  "${apt[@]}" update
  (cd "$whole" && "${apt[@]}" download fonts-noto-cjk && dpkg -x fonts-noto-cjk_*.deb .)
  rm -rf "$whole"/*.deb "$whole/lists" "$whole/partial"
  rm -rf "$folder"
  mv "$whole" "$folder"
}

# pdf_tools: poppler, with which tests read and look at the PDFs that we make.
pdf_tools() {
  if have pdftoppm && have pdftotext; then return 0; fi
  apt_install poppler-utils ||
    fail "The tests of printed books need poppler." "As an administrator: apt-get install --no-install-recommends poppler-utils"
}

# browser: Debian's Chromium and a font with Chinese characters, for the browser tests.
browser() {
  local missing=()
  have chromium || missing+=(chromium)
  ls /usr/share/fonts/truetype/wqy/*.ttc >/dev/null 2>&1 || missing+=(fonts-wqy-microhei)
  [ "${#missing[@]}" -gt 0 ] || return 0
  apt_install "${missing[@]}" ||
    fail "The browser tests need Chromium and a Chinese font." \
      "As an administrator: apt-get install --no-install-recommends ${missing[*]}"
}

# webkit: WebKitGTK with its WebDriver, and a screen in memory for it: the nearest thing to an iPhone that Debian has.
webkit() {
  local missing=()
  have WebKitWebDriver || missing+=(webkit2gtk-driver)
  have Xvfb || missing+=(xvfb)
  [ "${#missing[@]}" -gt 0 ] || return 0
  apt_install "${missing[@]}" ||
    fail "The tests in WebKit need its WebDriver and Xvfb." \
      "As an administrator: apt-get install --no-install-recommends ${missing[*]}"
}

# ---- npm packages and the front end

# npm_packages: node_modules as package-lock.json says.
npm_packages() {
  local stamp=$CACHE/stamps/npm wanted
  setup_lock
  wanted=$(content_hash package.json package-lock.json)
  if [ -d "$ROOT/node_modules" ] && stamp_is "$stamp" "$wanted"; then return 0; fi
  need_node
  cd "$ROOT" || return
  # Someone may have run npm by hand since; what is already as locked need not be made again.
  if ! node scripts/lib/npm-installed.mjs; then
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=http
  fi
  mkdir -p "${stamp%/*}"
  say "$wanted" >"$stamp"
}

# front_end: pwa/dist, built again when its sources have changed.
front_end() {
  local stamp=$CACHE/stamps/pwa
  setup_lock
  if front_end_is_built; then return 0; fi
  need_node
  cd "$ROOT" || return
  rm -f "$stamp"
  npm run build -w pwa
  [ -f pwa/dist/index.html ] || fail "The front-end build ended without pwa/dist/index.html."
  mkdir -p "${stamp%/*}"
  front_end_hash >"$stamp" # only now: the build itself writes type declarations
}

front_end_hash() { content_hash package.json package-lock.json pwa; }
front_end_is_built() { [ -f "$ROOT/pwa/dist/index.html" ] && stamp_is "$CACHE/stamps/pwa" "$(front_end_hash)"; }

need_node() {
  if ! have node || ! have npm; then
    fail "Node.js 20.19 or newer with npm is needed to build the front end."
  fi
  node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
    fail "Node.js $(node --version) is too old to build the front end; 20.19 or newer is needed."
}
