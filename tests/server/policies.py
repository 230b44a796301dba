"""Content policies of pages in tests."""

import re


def policy_of(page: str) -> str:
    found = re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', page)
    assert found
    return found[1].replace("&#x27;", "'")
