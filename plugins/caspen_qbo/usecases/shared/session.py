"""One run on one workspace: the two systems, our bookkeeping, and who the company is."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field

from caspen_qbo.core.accounting import Accounting, Reading
from caspen_qbo.core.posting.mapping import MappingContext
from caspen_qbo.core.records import Workspace
from caspen_qbo.core.reference import Reference
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.store import WorkspaceStore
from caspen_qbo.hooks.store.connection.setup import ConnectionFacts
from caspen_qbo.usecases.shared.reference import read_reference

DECIDES_FIGURES = ("Preferences", "TaxRate")
"""Of QuickBooks' lists: two reads for a run that has something to write."""

log = logging.getLogger(__name__)


@dataclass
class Session:
    """Built by :mod:`caspen_qbo.wiring`; belongs to one thread and one workspace."""

    run_id: str
    workspace: Workspace
    connection: ConnectionFacts
    billing: CaspenBilling
    accounting: Accounting
    store: WorkspaceStore
    unread: dict[tuple[str, str], Reading] = field(default_factory=dict, repr=False)
    """Type and id of what QuickBooks failed to show; not asked for again by this run."""
    reference_was_old: bool = False
    """QuickBooks refused something that its lists as read before did not let us know; they are read again."""
    _context: MappingContext | None = field(default=None, repr=False)
    _figures_read: bool = field(default=False, repr=False)
    _doubted: bool = field(default=False, repr=False)

    @property
    def workspace_id(self) -> int:
        return self.workspace.id

    @property
    def realm_id(self) -> str:
        return self.connection.realm_id

    @property
    def home_currency(self) -> str:
        """The company's, an ISO code: what QuickBooks means where it names none."""
        return self.connection.home_currency or self.workspace.currency

    def reference(self) -> Reference:
        """QuickBooks' lists, read live and trusted for a few minutes."""
        return read_reference(self.accounting, self.store)

    def context(self) -> MappingContext:
        """What documents of this workspace refer to.

        :raises ConfigurationError: the practice has not chosen its account and items yet.
        """
        if self._context is None:
            choices = self.store.setup.fetch_choices()
            if choices is None:
                raise ConfigurationError(
                    f"workspace {self.workspace_id}: no payment account and default items are chosen yet. "
                    "Choose them in Settings, or with `settings --workspace`; nothing posts until then."
                )
            links = self.store.setup.fetch_tax_links()
            self._context = MappingContext(
                choices, self.reference(), {rate_id: link.tax_code_id for rate_id, link in links.items()}
            )
        return self._context

    def refresh_figures(self, also: Collection[str] = ()) -> None:
        """Have what decides figures read once more before this run writes: preferences and dated tax rates.
        A document sent a minute after GST was switched off would be taken without its tax.

        :param also: Lists that show whether what holds documents is fixed.
        """
        if not self._figures_read:
            self._figures_read = True
            self.store.setup.delete_cached(self.realm_id, [*DECIDES_FIGURES, *also])
            self._context = None

    def doubt_reference(self) -> None:
        """An answer does not fit QuickBooks' lists: have them read again, once in a run."""
        if not self._doubted:
            self._doubted = True
            self.forget_reference()

    def forget_reference(self) -> None:
        """QuickBooks' lists changed or are about to be looked at by a person: read them again."""
        self.store.setup.delete_cached(self.realm_id)
        self._context = None
