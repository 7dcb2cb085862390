# Source this first in every script:  source "$(dirname "${BASH_SOURCE[0]}")/lib/bootstrap.sh"
# It needs git and any Node from 20 on, makes the checkout ready (installs the workspace when a manifest or
# the lock file changed, else costs a few milliseconds), writes to stderr only, returns non-zero when the install fails, and sets
#   ROOT  the checkout
#   NODE  the workspace's own Node 24: the real binary, since the shim in .bin does not pass signals on

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
NODE="$ROOT/node_modules/node/bin/node"

manifest_digest() {
  (cd "$ROOT" && cat pnpm-lock.yaml pnpm-workspace.yaml package.json packages/*/package.json | git hash-object --stdin)
}

workspace_ready() {
  [[ -x "$NODE" && "$(cat "$ROOT/node_modules/.cairn-manifests" 2>/dev/null)" == "$(manifest_digest)" ]]
}

install_workspace() {
  local log="$ROOT/.cache/install.log"
  mkdir -p "$ROOT/.cache"
  (
    # Two scripts started at once in a fresh clone: one installs, the other waits for it.
    if command -v flock >/dev/null; then flock 9; fi
    if workspace_ready; then exit 0; fi
    echo "installing the workspace" >&2
    if ! (cd "$ROOT" && CI=true npx -y pnpm@10.34.9 install --frozen-lockfile --prefer-offline) >"$log" 2>&1 9>&- </dev/null; then
      tail -n 20 "$log" >&2
      echo "error: pnpm could not install the workspace; the whole log is in $log" >&2
      exit 1
    fi
    manifest_digest >"$ROOT/node_modules/.cairn-manifests"
  ) 9>"$ROOT/.cache/install.lock"
}

workspace_ready || install_workspace
