# Sourced after bootstrap.sh. Sets CLI, the program that build_cli makes, and defines
#   build_cli  compiles the command line and what it needs unless they are newer than every source; writes to stderr only

CLI="$ROOT/packages/cli/dist/bin.js"

cli_is_built() {
  local stamp="$ROOT/.cache/cli-built"
  [[ -f "$CLI" && -f "$stamp" ]] || return 1
  # Folders count, too: their times tell of files that came with an old time, or went.
  [[ -z "$(find "$ROOT"/packages/{core,infra,cli}/{src,tsconfig.json,package.json} "$ROOT/tsconfig.base.json" \
    "$ROOT/pnpm-lock.yaml" -newer "$stamp" -print -quit)" ]]
}

build_cli() {
  if cli_is_built; then return; fi
  mkdir -p "$ROOT/.cache"
  (
    # Two at once in a fresh checkout: one builds, the other waits for it.
    if command -v flock >/dev/null; then flock 9; fi
    if cli_is_built; then exit 0; fi
    # The stamp is older than what was read: a change during the build makes another one.
    touch "$ROOT/.cache/cli-building"
    if ! "$NODE" "$ROOT/node_modules/typescript/bin/tsc" -b "$ROOT/packages/cli" >&2 9>&-; then
      echo "error: the command line could not be built" >&2
      exit 1
    fi
    mv "$ROOT/.cache/cli-building" "$ROOT/.cache/cli-built"
  ) 9>"$ROOT/.cache/build.lock"
}
