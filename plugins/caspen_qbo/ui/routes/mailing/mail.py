"""The morning mail of a practice, and ops' one about all: who gets it and when, a preview, a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from caspen_qbo import wiring
from caspen_qbo.core.monitoring.mail_matters import OpsLetter
from caspen_qbo.core.monitoring.mail_wishes import OPS
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.store import Store
from caspen_qbo.reports.mailing.letter import Rendered, render_preview
from caspen_qbo.ui.access import Right, holds, requires, sees_all
from caspen_qbo.ui.context import ContextDep, prefix, who_of
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import MESSAGE_COOKIE, back_to, document, notice, page, page_of_all, redirect
from caspen_qbo.ui.signing import form_token, login_of, read_message
from caspen_qbo.ui.views.lists.mail import MailForm, shown_mails
from caspen_qbo.usecases.connection.mail_wishes import read_wishes, save_wishes
from caspen_qbo.usecases.monitoring.mail_letters import preview_letter
from caspen_qbo.usecases.monitoring.readers import record_reads
from caspen_qbo.wording import zone_of

router = APIRouter()

MAY_CHANGE = [Depends(requires(Right.CONFIGURE)), Depends(protected)]
SAVED = "Saved. The next round goes by it."


@dataclass
class _Form:
    """As it was sent."""

    addresses: Annotated[str, Form()] = ""
    send_at: Annotated[str, Form()] = ""
    quiet_from: Annotated[str, Form()] = ""
    quiet_to: Annotated[str, Form()] = ""
    weekends: Annotated[str, Form()] = ""
    weekly: Annotated[str, Form()] = ""
    time_zone: Annotated[str, Form()] = ""

    @property
    def read(self) -> MailForm:
        return MailForm(
            self.addresses,
            self.send_at,
            self.quiet_from,
            self.quiet_to,
            bool(self.weekends),
            self.weekly,
            self.time_zone,
        )


FormDep = Annotated[_Form, Depends()]


@router.get("/w/{workspace_id}/mail")
def mail(context: ContextDep) -> Response:
    return page(
        context,
        "mail.html",
        active="setup",
        form=MailForm.of(read_wishes(context.whole_store, context.workspace_id)),
        mails=shown_mails(context.whole_store, context.workspace_id, context.zone),
        server=wiring.has_mail_server(),
        may=context.may_configure,
        place=context.url("mail"),
        zone=context.zone.key,
        ops=False,
    )


@router.get("/w/{workspace_id}/mail/preview.html")
def preview(context: ContextDep) -> Response:
    made, _ = _preview(context.whole_store, context.billing, context.workspace_id, test=False)
    return document(made.html, None)


@router.post("/w/{workspace_id}/mail", dependencies=MAY_CHANGE)
def save(context: ContextDep, form: FormDep) -> Response:
    try:
        save_wishes(context.whole_store, context.workspace_id, form.read.wishes, who=context.who)
    except SyncError as error:
        return back_to(context, "mail", problem=error.message)
    return back_to(context, "mail", done=SAVED)


@router.post("/w/{workspace_id}/mail/test", dependencies=MAY_CHANGE)
def test(context: ContextDep) -> Response:
    try:
        said = _test(context.whole_store, context.billing, context.workspace_id)
    except SyncError as error:
        return back_to(context, "mail", problem=error.message)
    return back_to(context, "mail", done=said.done, problem=said.problem)


@router.get("/mail")
def mail_of_all(request: Request, user: GetUserDep) -> Response:
    if not sees_all(user):
        return _not_theirs(request)
    with wiring.open_store(on_a_page=True) as store:
        wishes = read_wishes(store, OPS)
        mails = shown_mails(store, OPS, zone_of(wishes.time_zone))
    response = page_of_all(
        request,
        "mail_of_all.html",
        user,
        form=MailForm.of(wishes),
        mails=mails,
        server=wiring.has_mail_server(),
        may=holds(user, Right.CONFIGURE),
        place=f"{prefix(request)}/mail",
        zone=wishes.time_zone,
        ops=True,
        token=form_token(user.get_name(), login_of(request)),
        message=read_message(request.cookies.get(MESSAGE_COOKIE, ""), user.get_name()),
    )
    response.delete_cookie(MESSAGE_COOKIE, path=prefix(request) or "/")
    return response


@router.get("/mail/preview.html")
def preview_of_all(request: Request, user: GetUserDep) -> Response:
    if not sees_all(user):
        return _not_theirs(request)
    with wiring.open_store(on_a_page=True) as store, wiring.open_billing(on_a_page=True) as billing:
        made, named = _preview(store, billing, OPS, test=False)
        record_reads(store, who_of(user), "mail", named, downloaded=False)
    return document(made.html, None)


@router.post("/mail", dependencies=MAY_CHANGE)
def save_of_all(request: Request, user: GetUserDep, form: FormDep) -> Response:
    if not sees_all(user):
        return _not_theirs(request)
    try:
        with wiring.open_store(on_a_page=True) as store:
            save_wishes(store, OPS, form.read.wishes, who=who_of(user))
    except SyncError as error:
        return _back(request, user.get_name(), problem=error.message)
    return _back(request, user.get_name(), done=SAVED)


@router.post("/mail/test", dependencies=MAY_CHANGE)
def test_of_all(request: Request, user: GetUserDep) -> Response:
    if not sees_all(user):
        return _not_theirs(request)
    try:
        with wiring.open_store(on_a_page=True) as store, wiring.open_billing(on_a_page=True) as billing:
            said = _test(store, billing, OPS)
    except SyncError as error:
        return _back(request, user.get_name(), problem=error.message)
    return _back(request, user.get_name(), done=said.done, problem=said.problem)


@dataclass(frozen=True, slots=True)
class _Said:
    done: str = ""
    problem: str = ""


def _test(store: Store, billing: CaspenBilling, workspace_id: int) -> _Said:
    addresses = read_wishes(store, workspace_id).addresses
    made, _ = _preview(store, billing, workspace_id, test=True)
    answers = wiring.send_test_mail(addresses, made, on_a_page=True)
    bad = [f"{to}: {answer.words or answer.handed}" for to, answer in answers.items() if not answer.taken]
    if bad:
        return _Said(problem=f"Not taken by the mail server: {'; '.join(bad)}")
    return _Said(done=f"The mail server took the test to {', '.join(answers)}.")


def _preview(
    store: Store, billing: CaspenBilling, workspace_id: int, *, test: bool
) -> tuple[Rendered, list[int]]:
    """And the practices it names."""
    letter = preview_letter(store, billing, workspace_id, datetime.now(UTC))
    name = "" if letter or not workspace_id else billing.fetch_workspaces([workspace_id])[workspace_id].name
    made = render_preview(letter, name, workspace_id, wiring.pages_address(), test=test)
    named = [each.row.workspace_id for each in letter.worst] if isinstance(letter, OpsLetter) else []
    return made, named


def _not_theirs(request: Request) -> Response:
    return notice(request, "Not found", "This mail is for those who may see all practices.", 404)


def _back(request: Request, username: str, *, done: str = "", problem: str = "") -> Response:
    return redirect(request, f"{prefix(request)}/mail", username, done=done, problem=problem)
