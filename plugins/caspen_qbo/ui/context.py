"""One request of one user for one workspace: who, what they may do, and the databases, opened once."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated
from zoneinfo import ZoneInfo

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import Depends, HTTPException, Path, Request, status

from caspen_qbo import wiring
from caspen_qbo.core.records import Workspace
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.store import Store, WorkspaceStore
from caspen_qbo.hooks.store.connection.setup import ConnectionFacts
from caspen_qbo.ui.access import Right, rights_of, visible
from caspen_qbo.usecases.connection.connect import Connector
from caspen_qbo.usecases.monitoring.readers import record_read
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.wording import zone_of

MENU_MAX = 12
"""Practices in the menu at the top of a page; with more of them it leads to the page of all."""


@dataclass
class RequestContext:
    request: Request
    user: BaseUser
    rights: frozenset[Right]
    workspaces: tuple[Workspace, ...]
    """Those this user may see, by id, where they are few enough to be a menu; otherwise this one alone."""
    among_many: bool
    """This user may see more practices than ``workspaces`` names."""
    workspace: Workspace
    whole_store: Store
    store: WorkspaceStore
    billing: CaspenBilling
    connection: ConnectionFacts | None

    @property
    def workspace_id(self) -> int:
        return self.workspace.id

    @property
    def who(self) -> str:
        return who_of(self.user)

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.workspace.time_zone)

    @property
    def currency(self) -> str:
        return self.workspace.currency

    @property
    def may_operate(self) -> bool:
        return Right.OPERATE in self.rights

    @property
    def may_configure(self) -> bool:
        return Right.CONFIGURE in self.rights

    @property
    def connected(self) -> bool:
        return self.connection is not None and self.connection.status == "connected"

    @cached_property
    def ready(self) -> bool:
        """Connected, with account and items chosen: invoices can post."""
        return self.connected and self.store.setup.fetch_choices() is not None

    def session(self) -> AbstractContextManager[Session]:
        """QuickBooks as well, over the databases that are open already.

        :raises NotConnectedError: the workspace has no QuickBooks company, or it was disconnected.
        """
        run_id = wiring.new_run_id("page")
        return wiring.open_session(self.workspace_id, run_id, store=self.store, billing=self.billing)

    def connector(self) -> AbstractContextManager[Connector]:
        """Over the database that is open already."""
        return wiring.open_connector(self.whole_store)

    def url(self, path: str = "") -> str:
        return f"{prefix(self.request)}/w/{self.workspace_id}/{path}"


def who_of(user: BaseUser) -> str:
    """As what a person does on the pages is recorded."""
    return f"airflow:{user.get_name()}"


def prefix(request: Request) -> str:
    """Where the pages are mounted, e.g. ``/quickbooks``, with the path of Airflow's own address before it."""
    return str(request.scope.get("root_path", ""))


def open_context(request: Request, user: GetUserDep, workspace_id: int) -> Iterator[RequestContext]:
    """A FastAPI dependency. 404 for a workspace that is not there and for one that is not theirs alike."""
    with wiring.open_billing(on_a_page=True) as billing:
        among_many = billing.count_workspaces() > MENU_MAX
        known = billing.fetch_workspaces([workspace_id] if among_many else None)
        ids = visible(user, known)
        if workspace_id not in ids:
            raise HTTPException(
                status.HTTP_404_NOT_FOUND, f"There is no workspace {workspace_id} that you may see."
            )
        with wiring.open_store(on_a_page=True) as opened:
            store = opened.for_workspace(workspace_id)
            yield RequestContext(
                request=request,
                user=user,
                rights=rights_of(user),
                workspaces=tuple(known[each] for each in ids),
                among_many=among_many,
                workspace=known[workspace_id],
                whole_store=opened,
                store=store,
                billing=billing,
                connection=store.setup.fetch_connection(),
            )
            _record_read(request, store, f"airflow:{user.get_name()}")


DOWNLOADS = (".csv", ".xlsx", ".html")


def _record_read(request: Request, store: WorkspaceStore, who: str) -> None:
    """After a page was made; one that failed or was refused does not come here."""
    path = request.url.path.partition(f"/w/{store.workspace_id}/")[2]
    if request.method == "GET" and path:
        record_read(store, who, path, downloaded=path.endswith(DOWNLOADS))


IdPath = Annotated[int, Path(ge=0, lt=2**63)]
"""An id in an address: what a bigint holds."""

ContextDep = Annotated[RequestContext, Depends(open_context)]
