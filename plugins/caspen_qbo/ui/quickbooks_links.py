"""Addresses of documents in QuickBooks' own pages."""

from urllib.parse import quote

from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.quickbooks.config import QuickBooksConfig
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook

APPS = {"production": "https://app.qbo.intuit.com", "sandbox": "https://app.sandbox.qbo.intuit.com"}
PAGES = {"Invoice": "invoice", "CreditMemo": "creditmemo", "Payment": "recvpayment"}


def read_config() -> QuickBooksConfig | None:
    """The connection's fields, or None where it is missing or wrong: then there are no links."""
    try:
        return QuickBooksHook().config
    except SyncError:
        return None


def document_url(
    config: QuickBooksConfig | None, realm_id: str, quickbooks_type: str | None, quickbooks_id: str | None
) -> str:
    """Where a person sees this transaction; empty when there is no such page.

    QuickBooks opens the company the browser is signed in to; no address names the company as well.
    """
    if config is None or not quickbooks_id or quickbooks_type not in PAGES:
        return ""
    if config.environment == "local":
        return f"{config.api_url}/_sandbox/{realm_id}/show/{quickbooks_type}/{quote(quickbooks_id, safe='')}"
    return f"{APPS[config.environment]}/app/{PAGES[quickbooks_type]}?txnId={quote(quickbooks_id, safe='')}"
