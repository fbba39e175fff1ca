"""One run on one workspace: the two systems, our bookkeeping, and who the company is."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from caspen_qbo import settings
from caspen_qbo.core.accounting import Accounting, Reading
from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.monitoring.metering import Mode, decide_mode
from caspen_qbo.core.monitoring.run_note import is_scheduled
from caspen_qbo.core.posting.mapping import MappingContext
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.records import Workspace
from caspen_qbo.core.reference import Reference
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.store import WorkspaceStore
from caspen_qbo.hooks.store.connection.setup import ConnectionFacts
from caspen_qbo.usecases.shared.reference import read_reference

DECIDES_FIGURES = ("Preferences", "TaxRate")
"""Of QuickBooks' lists: two reads for a run that has a document to send whose tax no answer would prove."""
TAX_ANSWERED = "TaxAnswered"
"""Kept among the lists, and dropped with all of them: QuickBooks computed the tax that Caspen has."""
SHOWN_BY = {
    CauseKind.TAX_RATE: ("TaxCode", "TaxRate"),
    CauseKind.SALES_TAX: ("Preferences",),
    CauseKind.SETTING: ("Item", "Account"),
    CauseKind.ITEM: ("Item",),
}
"""Causes that QuickBooks' lists show, so that nothing has to be tried; and which lists."""
SEEN_LATELY = timedelta(hours=1)
"""So often a scheduled run looks whether what holds documents is fixed in QuickBooks' lists."""

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
    paused_seconds: float = 0.0
    """How long its run waited for others that are checked together with it."""
    _context: MappingContext | None = field(default=None, repr=False)
    _fresh: set[str] = field(default_factory=set, repr=False)
    """Lists that this run has read, or will read before it uses them."""
    _doubted: bool = field(default=False, repr=False)
    _tax_noted: bool = field(default=False, repr=False)

    @property
    def workspace_id(self) -> int:
        return self.workspace.id

    @property
    def scheduled(self) -> bool:
        return is_scheduled(self.run_id)

    @property
    def realm_id(self) -> str:
        return self.connection.realm_id

    @property
    def home_currency(self) -> str:
        """The company's, an ISO code: what QuickBooks means where it names none."""
        return self.connection.home_currency or self.workspace.currency

    @property
    def thrifty(self) -> bool:
        """Whether this run uses unread what QuickBooks' answer proves; the same from its start to its end."""
        mode = decide_mode(settings.READS, self.connection.practices, settings.READS_PER_MONTH)
        return mode is Mode.THRIFTY

    def reference(self) -> Reference:
        """QuickBooks' lists, as read within a day or a week or since something said that they moved."""
        kept = settings.LISTS_KEPT_THRIFTY_SECONDS if self.thrifty else settings.LISTS_KEPT_SECONDS
        return read_reference(self.accounting, self.store, kept)

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

    def stocked_items(self) -> frozenset[str]:
        """Ids of QuickBooks' inventory items, as far as its lists were read by now."""
        items = self._context.reference.items.values() if self._context is not None else ()
        return frozenset(item.id for item in items if item.since is not None)

    def refresh_figures(self) -> None:
        """Have what decides figures read once more before this run sends them: preferences and dated tax
        rates. A document sent a minute after GST was switched off would be taken without its tax.
        """
        self._refresh(DECIDES_FIGURES)

    @property
    def tax_answered(self) -> bool:
        """Whether QuickBooks lately computed Caspen's tax by itself, and the lists say that it still does."""
        if not self.thrifty:
            return False
        seconds = settings.TAX_ANSWERED_SECONDS
        found = self.store.setup.fetch_cached(self.realm_id, TAX_ANSWERED, seconds=seconds)
        return found is not None and self.reference().company.tax_on is not False

    def note_tax_answered(self) -> None:
        """An answer has shown it. Written once in a run."""
        if not self._tax_noted:
            self._tax_noted = True
            self.store.setup.cache(self.realm_id, TAX_ANSWERED, True)

    def refresh_causes(self, causes: Collection[CauseRef]) -> None:
        """Have the lists read again that show whether what holds documents is fixed; by a scheduled run not
        more often than each hour.
        """
        names = {name for cause in causes for name in SHOWN_BY.get(cause.kind, ())}
        self._refresh(names, older_than=SEEN_LATELY if self.scheduled else timedelta(0))

    def checked(self, check: Callable[[MappingContext], Sequence[Problem]]) -> tuple[Problem, ...]:
        """What stops a document. Lists kept since earlier in the week let pass what QuickBooks then decides,
        but they hold nothing: those that show the cause are read again first, once in a run.
        """
        problems = tuple(check(self.context()))
        causes = {problem.cause for problem in problems if problem.cause}
        names = {name for cause in causes for name in SHOWN_BY.get(cause.kind, ("Preferences",))}
        if names <= self._fresh:
            return problems
        self._refresh(names)
        return tuple(check(self.context()))

    def _refresh(self, names: Collection[str], *, older_than: timedelta = timedelta(0)) -> None:
        """Each once in a run."""
        if wanted := set(names) - self._fresh:
            self.store.setup.delete_cached(self.realm_id, sorted(wanted), older_than=older_than)
            self._context = None
            if not older_than:
                self._fresh |= wanted

    def doubt_reference(self) -> None:
        """An answer does not fit QuickBooks' lists: have them read again, once in a run."""
        if not self._doubted:
            self._doubted = True
            self.forget_reference()

    def forget_reference(self) -> None:
        """QuickBooks' lists changed or are about to be looked at by a person: read them again."""
        self.store.setup.delete_cached(self.realm_id)
        self._context = None
