"""What an honest program does beside what its document says, and what it reached."""

import os
import uuid

import schemathesis

KEY = "Idempotency-Key"
used: set[str] = set()


# Each intention has a key of its own: the same one with other content is 422,
# as the IETF's draft has it, and what is drawn again and again is soon the same
# by chance. The first use goes out as it was drawn, so that every length and
# every character is tried; what is wrong on purpose goes out as it is, too.
# `tests/edges/api/preconditions.rs` tries the second use of a key.
@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is not None and not case.meta.generation.mode.is_positive:
        return
    drawn = case.headers.get(KEY) if case.headers else None
    if drawn is None:
        return
    key = meant(drawn)
    if key in used:
        case.headers[KEY] = str(uuid.uuid4())
    used.add(key)


def meant(header: str) -> str:
    """Returns the key that a header names: a quoted string is the same without quotes."""
    header = header.strip()
    if len(header) > 1 and header[0] == header[-1] == '"':
        return header[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return header


# For the script, which wants to see each operation succeed at least once.
@schemathesis.hook
def after_call(context, case, response):
    name = case.operation.definition.raw.get("operationId")
    with open(os.environ["ANSWERS"], "a") as answers:
        print(response.status_code, case.method, name, file=answers)
