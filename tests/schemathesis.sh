#!/usr/bin/env bash
# Asks the running server whether its API is what its document says: every check
# of schemathesis in every phase, as three people. Needs Python 3 and curl, and
# some minutes; `SEED=7 tests/schemathesis.sh rosa` asks otherwise, as one of them.
set -euo pipefail
cd "$(dirname "$0")/.."

version=4.32.5
tool=target/schemathesis-$version
program=${CARGO_TARGET_DIR:-target}/debug/imprimatur
password=let-it-be-printed
seed=${SEED:-1}

[ -x "$tool/bin/schemathesis" ] || {
    python3 -m venv "$tool"
    "$tool/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version"
}
cargo build --locked --quiet

work=$(mktemp -d)
chmod 755 "$work" # the private database of root is another user's
server=""
stop() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=""
    fi
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

env -u DATABASE_URL -u DATABASE_OWNER_URL "$program" --data-dir "$work/data" \
    --listen 127.0.0.1:0 >"$work/said" 2>"$work/log" &
server=$!
site=""
for _ in $(seq 600); do
    site=$(sed -n 's/^Imprimatur is at //p' "$work/said")
    [ -z "$site" ] || break
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
done
[ -n "$site" ] || { echo "The server did not say where it is." >&2; exit 1; }

# One person of the demo writes, reviews and archives: whoever holds everything
# finds what is behind every permission.
for role in author reviewer staff; do
    holds+=(--role "$role")
done
echo "$password" | "$program" user create tess --display-name "Tess Everard" "${holds[@]}" \
    --as stan --password-stdin --data-dir "$work/data"

# Makes a token as a browser does, and says it.
token_of() {
    local jar=$work/$1.cookies
    page() {
        curl -sS --fail-with-body -L -b "$jar" -c "$jar" -H "origin: $site" "$@"
    }
    hidden() {
        sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p' | head -n 1
    }
    page -o /dev/null "$site/sign-in" --data-urlencode "token=$(page "$site/sign-in" | hidden)" \
        -d "next=/account" -d "username=$1" --data-urlencode "password=$password"
    page "$site/account/tokens" --data-urlencode "token=$(page "$site/account" | hidden)" \
        -d "name=schemathesis" -d "days=1" | grep -o 'imprimatur_[A-Za-z0-9_-]\{20,\}' | head -n 1
}

for person in "${@:-rosa stan tess}"; do
    for name in $person; do
        printf '\n== as %s\n' "$name"
        TOKEN=$(token_of "$name") || { echo "No token for $name." >&2; exit 1; }
        export TOKEN
        "$tool/bin/schemathesis" --config-file tests/schemathesis.toml run \
            "$site/api/v1/openapi.json" --seed "$seed"
    done
done
