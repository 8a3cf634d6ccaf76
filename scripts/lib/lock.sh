#!/usr/bin/env bash
# Write requirements.lock (what runs) and requirements-dev.lock (what runs and what tests)
# from pyproject.toml. Versions already locked stay, unless pyproject.toml or an option says
# otherwise; options go to uv:  scripts/lib/lock.sh [--upgrade | --upgrade-package NAME ...]
# Needs uv (pip install uv). The locks hold on any platform and name no registry.
set -euo pipefail
cd "$(dirname "$0")/../.."

lock() {
  local file=$1
  shift
  # setuptools builds the editable install of the project itself, without a download of its own.
  echo 'setuptools>=77' | uv pip compile pyproject.toml - --quiet --no-config \
    --universal --python-version 3.11 --no-build --generate-hashes --no-emit-index-url \
    --no-annotate --custom-compile-command scripts/lib/lock.sh --output-file "$file" "$@"
}

lock requirements.lock "$@" >/dev/null
# The same versions for what runs: the second lock is held to the first.
lock requirements-dev.lock --extra dev --constraints requirements.lock "$@" >/dev/null
