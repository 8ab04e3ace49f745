#!/usr/bin/env bash
# Asks the running server whether its API is what its document says: every check
# of schemathesis in every phase, as three people. Needs Python 3 and curl, and
# some minutes; `SEED=7 tests/edges/api/schemathesis.sh rosa` asks otherwise, as one of them.
set -euo pipefail
cd "$(dirname "$0")/../../.."

version=4.32.5
tool=target/schemathesis-$version
program=${CARGO_TARGET_DIR:-target}/debug/imprimatur
password=let-it-be-printed
own_password=granite-otter-violin
seed=${SEED:-1}

[ -x "$tool/bin/schemathesis" ] || {
    python3 -m venv "$tool"
    "$tool/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version"
}
cargo build --locked --quiet

work=""
server=""
asking=""
stop() {
    local pid
    for pid in $asking $server; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    asking=""
    server=""
    for _ in $(seq 200); do # whoever keeps the database waits a little for another user
        [ -n "$work" ] && pgrep -f "keep-cluster --data-dir $work/data" >/dev/null || break
        sleep 0.1
    done
    [ -z "$work" ] || rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Starts the server with the demo in a new place, and sets where it is.
start() {
    stop
    work=$(mktemp -d)
    chmod 755 "$work" # where we are root, the private database is another user's
    env -u DATABASE_URL -u DATABASE_OWNER_URL "$program" --data-dir "$work/data" \
        --listen 127.0.0.1:0 >"$work/said" 2>"$work/log" &
    server=$!
    site=""
    for _ in $(seq 600); do
        site=$(sed -n 's/^Imprimatur is at //p' "$work/said")
        [ -z "$site" ] || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/log" >&2
    echo "The server did not start." >&2
    exit 1
}

run() { # run ARGUMENTS: the command line, beside the server
    env -u DATABASE_URL -u DATABASE_OWNER_URL "$program" --data-dir "$work/data" "$@"
}

# Adds somebody who writes, reviews and archives, and posts that wait for them,
# some with a request of theirs: whoever holds everything finds what is behind
# each permission.
prepare() {
    local post
    echo "$own_password" | run user create tess --display-name "Tess Everard" --role author \
        --role reviewer --role staff --as stan --password-stdin >/dev/null
    for post in {11..20}; do
        echo "Words for a reviewer." | run post create - --as alice --title "Waiting $post" \
            --summary "It waits." >/dev/null 2>&1
        run post submit "$post" --revision 1 --as alice >/dev/null 2>&1
        [ "$post" -le 15 ] ||
            run post request-changes "$post" --revision 1 --as tess --note "Why?" >/dev/null 2>&1
    done
}

# Makes a token as a browser does, and says it.
token_of() { # token_of NAME
    local jar=$work/cookies
    page() {
        curl -sS --fail-with-body -L -b "$jar" -c "$jar" -H "origin: $site" "$@"
    }
    hidden() {
        sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p' | head -n 1
    }
    local secret=$password
    [ "$1" != tess ] || secret=$own_password
    page -o /dev/null "$site/sign-in" --data-urlencode "token=$(page "$site/sign-in" | hidden)" \
        -d "next=/account" -d "username=$1" --data-urlencode "password=$secret"
    page "$site/account/tokens" --data-urlencode "token=$(page "$site/account" | hidden)" \
        -d "name=schemathesis" -d "days=1" --data-urlencode "password=$secret" | grep -o 'imprimatur_[A-Za-z0-9_-]\{20,\}' | head -n 1
}

[ $# -gt 0 ] || set -- rosa stan tess
for person in "$@"; do
    printf '\n== as %s\n' "$person"
    start
    prepare
    TOKEN=$(token_of "$person")
    ANSWERS=$work/answers
    HYPOTHESIS_STORAGE_DIRECTORY=$work/hypothesis
    export TOKEN ANSWERS HYPOTHESIS_STORAGE_DIRECTORY
    "$tool/bin/schemathesis" --config-file tests/edges/api/schemathesis.toml run \
        "$site/api/v1/openapi.json" --seed "$seed" &
    asking=$!
    wait "$asking" # and hear of a signal meanwhile
    asking=""
    if [ "$person" = tess ]; then
        never=$(comm -23 <(grep -o '"operationId": "[^"]*"' docs/openapi.json | cut -d'"' -f4 | sort -u) \
            <(sed -n 's/^2[0-9]* [A-Z]* //p' "$ANSWERS" | sort -u))
        [ -z "$never" ] || { echo "Never succeeded:" $never >&2; exit 1; }
        echo "Every operation succeeded at least once."
    fi
done
