"""Caspen's billing database, reached through the Airflow connection ``caspen_db``."""

from caspen_qbo.hooks.caspen.payments import CaspenPayments
from caspen_qbo.hooks.caspen.reads import CaspenReads
from caspen_qbo.hooks.caspen.statuses import CaspenStatuses


class CaspenBilling(CaspenReads, CaspenStatuses, CaspenPayments):
    """What is read from Caspen, and the writes it allows: statuses, imported payments, their changes. For one
    thread. Every method raises CaspenUnavailableError when the database cannot be reached or goes away, and
    can then be called again.
    """
