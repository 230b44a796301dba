"""What schemathesis checks of every answer: no server error, whatever status it hides behind, and a body of GraphQL's form."""

from typing import Any

import schemathesis


@schemathesis.check
def no_fault_inside(_context: Any, response: Any, _case: Any) -> None:
    """Fails where the service, and not the document, is to blame."""
    assert response.status_code < 500, f"status {response.status_code}"
    answer = response.json()
    assert isinstance(answer, dict)
    assert "data" in answer or answer["errors"]
    codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
    assert "INTERNAL_ERROR" not in codes, f"INTERNAL_ERROR among {codes}"
