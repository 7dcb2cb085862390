// The functions that `cairn shell-init` gives to a shell, in POSIX sh: for entrypoints of containers and Kubernetes jobs.
// A body in parentheses is a shell of its own: its variables and options are nobody else's. No cache, whatever the reason,
// is a status of 1 of cache_restore and nothing else: no function ends the script that calls it.

export const SHELL_FUNCTIONS = `# Cairn's functions for POSIX shells. See docs/guides/containers.md.

# Whether there is a bucket, and something that looks like credentials for it.
cache_is_enabled() {
  [ -n "\${CACHE_S3_BUCKET:-}" ] || return 1
  [ -z "\${AWS_ACCESS_KEY_ID:-}\${AWS_PROFILE:-}\${AWS_WEB_IDENTITY_TOKEN_FILE:-}" ] || return 0
  [ -z "\${AWS_CONTAINER_CREDENTIALS_RELATIVE_URI:-}\${AWS_CONTAINER_CREDENTIALS_FULL_URI:-}" ] || return 0
  [ ! -r "\${AWS_SHARED_CREDENTIALS_FILE:-\${HOME:-/nonexistent}/.aws/credentials}" ] || return 0
  [ "\${AWS_EC2_METADATA_DISABLED:-}" = false ]
}

# cache_hash FILE: the first 16 hex digits of its SHA-256.
cache_hash() (
  set +eu
  if ! [ -f "$1" ] || ! [ -r "$1" ]; then
    echo "cache: warning: there is no file \${1:-with an empty name} to make a key of" >&2
    exit 1
  fi
  if command -v sha256sum >/dev/null 2>&1; then
    sum=$(sha256sum <"$1")
  elif command -v shasum >/dev/null 2>&1; then
    sum=$(shasum -a 256 <"$1")
  else
    sum=$(openssl dgst -sha256 -r <"$1" 2>/dev/null)
  fi
  case $sum in
    ????????????????*) printf '%.16s\\n' "$sum" ;;
    *)
      echo "cache: warning: there is no sha256sum, shasum or openssl to make a key with" >&2
      exit 1
      ;;
  esac
)

# cache_key TYPE LOCKFILE: TYPE-HASH.
cache_key() (
  set +eu
  hash=$(cache_hash "$2") || exit 1
  printf '%s-%s\\n' "$1" "$hash"
)

# cache_restore TYPE LOCKFILE DIR: 0 when DIR was restored, 1 when it was not.
cache_restore() (
  set +eu
  cache_is_enabled || exit 1
  key=$(cache_key "$1" "$2") || exit 1
  _cache_cairn restore "$key" "$3"
  case $? in
    0) _cache_say "restored $3 from $key" ;;
    3)
      _cache_say "nothing is saved as $key"
      exit 1
      ;;
    *) exit 1 ;;
  esac
)

# cache_save TYPE LOCKFILE DIR: always 0.
cache_save() (
  set +eu
  cache_is_enabled || exit 0
  key=$(cache_key "$1" "$2") || exit 0
  if _cache_cairn save "$key" "$3"; then _cache_say "saved $3 as $key"; fi
  exit 0
)

_cache_say() {
  case \${CACHE_VERBOSE:-} in
    '' | 0 | false | no | off) ;;
    *) echo "cache: $1" >&2 ;;
  esac
}

# _cache_cairn COMMAND KEY DIR: within five minutes, or CACHE_TIMEOUT. What goes wrong is a warning.
_cache_cairn() (
  if [ -z "$3" ]; then
    echo "cache: warning: usage: cache_$1 TYPE LOCKFILE DIR" >&2
    exit 1
  fi
  store="s3://$CACHE_S3_BUCKET/\${CACHE_S3_PREFIX:-}"
  [ -z "\${CACHE_COMPRESSION:-}" ] || store="$store?compression=$CACHE_COMPRESSION"
  # Cairn ends by itself; this is for a process that hangs.
  bound=
  if [ -z "\${CACHE_TIMEOUT:-}" ] && command -v timeout >/dev/null 2>&1; then bound='timeout 310'; fi
  # shellcheck disable=SC2086 # two words, or none
  said=$($bound cairn "$1" --quiet --timeout "\${CACHE_TIMEOUT:-5m}" --store "$store" --key "$2" -- "$3" 2>&1)
  status=$?
  case $status in
    0 | 3) ;;
    124 | 143) echo "cache: warning: $1 of $2 took longer than five minutes and was given up" >&2 ;;
    127) echo "cache: warning: there is no program cairn on the PATH" >&2 ;;
    *) echo "cache: warning: \${said:-cairn $1 ended with status $status}" >&2 ;;
  esac
  if [ $status -eq 0 ] && [ -n "$said" ]; then _cache_say "$said"; fi
  exit $status
)
`;
