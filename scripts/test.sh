#!/usr/bin/env bash
# Installs what is missing and runs every check. The same command serves developers and CI.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$1"; }

find_postgres() {
    for dir in /usr/lib/postgresql/*/bin /usr/local/bin /usr/local/pgsql/bin /usr/bin; do
        if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then echo "$dir"; fi
    done | sort -V | tail -n 1
}

pg_bin=$(find_postgres)
if [ -z "$pg_bin" ]; then
    say "installing a PostgreSQL server"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
    pg_bin=$(find_postgres)
fi

# A throw-away cluster on loopback; initdb refuses to run as root, so root borrows another account.
cluster=$(mktemp -d /tmp/yiciban-pg.XXXXXX)
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u "$pg_owner" -- "$@"; else "$@"; fi; }
pg_owner=postgres
if [ "$(id -u)" = 0 ]; then
    id "$pg_owner" >/dev/null 2>&1 || useradd --system "$pg_owner"
    chown "$pg_owner" "$cluster"
fi
stop_cluster() {
    as_owner "$pg_bin/pg_ctl" -D "$cluster/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$cluster"
}
trap stop_cluster EXIT
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(
    cd "$cluster"
    as_owner "$pg_bin/initdb" -D "$cluster/data" -U postgres -A trust --no-sync -E UTF8 --locale=C >/dev/null
    as_owner "$pg_bin/pg_ctl" -D "$cluster/data" -l "$cluster/log" -w -o \
        "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$cluster -c fsync=off -c full_page_writes=off -c max_connections=300" start >/dev/null
)
export YICIBAN_TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"

say "formatting"
cargo fmt --all --check
say "lints"
cargo clippy --workspace --all-targets --locked -- -D warnings
say "the domain compiles without a clock"
cargo check --quiet --locked -p domain
say "tests on SQLite and PostgreSQL"
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --locked
else
    cargo test --workspace --locked
fi
if command -v npx >/dev/null 2>&1; then
    say "the OpenAPI document against its linter"
    npx --yes @redocly/cli@2.77.0 lint openapi/openapi.json --extends=recommended --format=summary
fi
if cargo deny --version >/dev/null 2>&1; then
    say "licences, bans and sources of dependencies"
    cargo deny check bans licenses sources
fi
say "all checks passed"
