"""What became of one write to QuickBooks, and how that is stored of its request."""

from dataclasses import dataclass

from caspen_qbo.core.accounting import Answer
from caspen_qbo.hooks.store.posting.requests import Finished, Request


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: done or refused. One whose answer is still unknown has no outcome yet."""

    request: Request
    answer: Answer
    adopted: bool = False
    """Found in QuickBooks after the answer was lost."""

    @property
    def finished(self) -> Finished:
        answer = self.answer
        return Finished(
            self.request.id,
            "done" if answer.ok else "refused",
            quickbooks_id=str((answer.body or {}).get("Id") or "") or None,
            fault_code=answer.code or None,
            fault_text=(answer.verdict and answer.verdict.said) or None,
            intuit_tid=answer.intuit_tid or None,
            adopted=self.adopted,
        )
