"""What becomes of a document that QuickBooks does not hold as Caspen shows it. A decision follows from a
situation alone: all that was read of both sides at one moment. What a person changed in QuickBooks is never
overwritten without being asked for, and a difference of a cent is shown, never passed over.
"""

from caspen_qbo.core.posting.decide.credits import ApplicationSituation
from caspen_qbo.core.posting.decide.decisions import Decision
from caspen_qbo.core.posting.decide.payments import PaymentSituation
from caspen_qbo.core.posting.decide.removals import RemovalSituation
from caspen_qbo.core.posting.decide.sales import SaleSituation

Situation = SaleSituation | PaymentSituation | ApplicationSituation | RemovalSituation
Decided = tuple[Situation, Decision]
"""A document with everything read about it, and what becomes of it."""
