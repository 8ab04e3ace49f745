"""An honest program's own rule: each intention has a key of its own."""

import uuid

import schemathesis

KEY = "Idempotency-Key"
used: set[str] = set()


# The same key with other content is refused (422), as the IETF's draft has it,
# and what is drawn again and again is a key by chance. The first use goes out
# as it was drawn, so every length and character is tried, and so is every
# malformed key; `tests/api/preconditions.rs` tries the second use.
@schemathesis.hook
def before_call(context, case, kwargs):
    drawn = case.headers.get(KEY) if case.headers else None
    if drawn is None:
        return
    if drawn in used:
        case.headers[KEY] = str(uuid.uuid4())
    used.add(drawn)
