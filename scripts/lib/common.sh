# Shared by scripts/run, scripts/test and scripts/check: words to the user, steps with progress,
# services, and leaving nothing behind. Sourced by bash, never run.
# shellcheck shell=bash disable=SC2034

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VENV=$ROOT/.venv
CACHE=$ROOT/.cache
step_number=0
step_total=0
step_pid=
declare -A service_pids=()

say() { printf '%s\n' "$@"; }
warn() { printf "%s\n" "$@" >&2; }

# fail MESSAGE...: say what is wrong and what to do, and end.
fail() {
  printf '\nerror: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Read .env (NAME=value lines) without overruling what the environment already says.
load_dotenv() {
  [ -f "$ROOT/.env" ] || return 0
  local name value
  while IFS='=' read -r name value || [ -n "$name" ]; do
    [[ $name =~ ^[A-Z_][A-Z0-9_]*$ ]] || continue
    [ -n "${!name+set}" ] || export "$name=$value"
  done <"$ROOT/.env"
}

# content_hash PATH...: one hash over the names and bytes of all files below, but for what is built.
content_hash() {
  (cd "$ROOT" && find "$@" \( -name node_modules -o -name dist -o -name .vite -o -name '*.tsbuildinfo' \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

# step WHAT COMMAND...: run one step with its output in a log; show number, seconds and, when it
# takes long, the last line of the log. Ends the script when the step fails.
step() {
  local what=$1 log began=$SECONDS beat=$((SECONDS + 10)) status=0
  shift
  step_number=$((step_number + 1))
  mkdir -p "$LOG_DIR"
  log=$LOG_DIR/$(printf '%02d' "$step_number")-${what// /-}.log
  printf '[%d/%d] %s' "$step_number" "$step_total" "$what"
  : >"$log"
  in_own_group "$log" "$@"
  step_pid=$group_pid
  while kill -0 "$step_pid" 2>/dev/null; do
    sleep 0.1
    if [ "$SECONDS" -ge "$beat" ]; then
      printf '\n      %3d s  %s' $((SECONDS - began)) "$(tail -c 300 "$log" | tr '\r' '\n' | grep -v '^ *$' | tail -n 1 | cut -c 1-100)"
      beat=$((SECONDS + 10))
    fi
  done
  wait "$step_pid" || status=$?
  step_pid=
  if [ "$status" -eq 0 ]; then
    printf '  %d s\n' $((SECONDS - began))
    return 0
  fi
  printf '  FAILED after %d s\n\n' $((SECONDS - began))
  tail -n 25 "$log" >&2
  warn "" "(all of it: $log)"
  exit 1
}

# in_own_group LOG COMMAND...: start it in the background in a process group of its own, which can be
# ended as a whole and which Ctrl-C does not reach before we do. Sets group_pid.
in_own_group() {
  local log=$1
  shift
  set -m
  (export NO_COLOR=1; "$@") </dev/null >>"$log" 2>&1 9>&- &
  group_pid=$!
  set +m
}

# start_service NAME LOG PROGRAM...: a program that runs until we stop. It also ends when we are killed
# in a way that we cannot trap.
start_service() {
  local name=$1 log=$2
  shift 2
  if setpriv --help 2>/dev/null | grep -q pdeathsig; then
    set -- setpriv --pdeathsig TERM "$@"
  fi
  in_own_group "$log" exec "$@"
  service_pids[$name]=$group_pid
}

service_runs() { kill -0 "${service_pids[$1]}" 2>/dev/null; }

# end_group PID: ask a process group to end, and after fifteen seconds make it.
end_group() {
  local pid=$1 waited=0
  kill -TERM -- "-$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do
    [ "$waited" -lt 150 ] || { kill -KILL -- "-$pid" 2>/dev/null || true; break; }
    sleep 0.1
    waited=$((waited + 1))
  done
  wait "$pid" 2>/dev/null || true
}

end_step_and_services() {
  local name
  [ -z "$step_pid" ] || end_group "$step_pid"
  for name in "${!service_pids[@]}"; do end_group "${service_pids[$name]}"; done
}

# setup_lock: hold, until the current subshell ends, the right to change .venv, node_modules and builds,
# so that scripts/run and scripts/test may start at once in one folder.
setup_lock() {
  mkdir -p "$CACHE"
  exec 8>>"$CACHE/setup.lock"
  flock 8
}

# A stamp remembers for which content something was made.
stamp_is() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }
