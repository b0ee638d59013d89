"""What schemathesis cannot know: that an idempotency key is a client's own, and stands for one raise only."""

import re
import uuid

import schemathesis

KEY = "Idempotency-Key"
VALID = re.compile(r'[!#-~][!-~]{0,254}|"([!#-\[\]-~]|\\["\\]){1,255}"')


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes every good key a new one: else the examples and the coverage of a raise would all be refused."""
    key = (case.headers or {}).get(KEY)
    if key and VALID.fullmatch(key):
        case.headers[KEY] = f'"{uuid.uuid4()}"' if key.startswith('"') else str(uuid.uuid4())
