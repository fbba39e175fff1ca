"""A history: acts drawn at random from one seed, and the list cleared at its end."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.support.flow import Flow
from tests.support.lives.closing import Closing

WEIGHTS = {
    "run_post": 8,
    "run_import": 8,
    "run_reconcile": 3,
    "run_in_a_storm": 2,
    "run_that_dies": 2,
    "somebody_presses_retry": 2,
    "somebody_accepts_what_is_listed": 2,
    "somebody_relinks_a_client": 1,
    "staff_bills": 6,
    "staff_takes_money": 6,
    "staff_takes_money_for_two_clients": 2,
    "staff_takes_money_in_advance": 1,
    "staff_uses_money_left_over": 3,
    "staff_credits": 2,
    "staff_voids_a_credit": 1,
    "staff_unlinks": 2,
    "staff_moves_a_payment": 3,
    "staff_voids_a_payment": 2,
    "staff_refunds": 1,
    "staff_reverts": 2,
    "staff_edits_a_draft": 2,
    "staff_finalises": 3,
    "staff_corrects": 3,
    "staff_renumbers": 1,
    "staff_gives_an_invoice_to_another_client": 1,
    "staff_dates_an_invoice_back": 1,
    "staff_voids": 2,
    "staff_deletes": 1,
    "staff_merges_clients": 1,
    "staff_bills_under_a_long_number": 1,
    "staff_bills_in_dollars": 1,
    "staff_finalises_without_lines": 1,
    "staff_recreates_an_invoice": 2,
    "staff_bills_under_the_number_of_a_deleted_one": 1,
    "staff_bills_under_a_number_used_in_quickbooks": 1,
    "staff_is_paid_for_an_older_invoice": 1,
    "books_receive": 6,
    "books_receive_too_much": 1,
    "books_receive_for_two_invoices": 1,
    "books_receive_from_a_parent": 1,
    "books_apply_a_credit_of_their_own_with_money": 1,
    "books_apply_a_credit_of_their_own": 1,
    "books_undo_a_payment_and_enter_it_again": 2,
    "books_invoice_under_our_next_number": 1,
    "books_invoice_in_dollars_under_our_next_number": 1,
    "books_lower_a_payment": 1,
    "books_date_a_payment_otherwise": 1,
    "books_unapply_a_payment": 1,
    "books_apply_a_payment": 1,
    "books_move_a_payment": 1,
    "books_enter_a_payment_again": 1,
    "books_deposit": 2,
    "books_take_off_a_deposit": 1,
    "books_edit_a_line": 1,
    "books_edit_the_due_date": 1,
    "books_renumber": 1,
    "books_fill_in": 2,
    "books_write_a_note": 1,
    "books_class": 1,
    "books_void_or_delete": 2,
    "books_move_an_invoice": 1,
    "books_add_a_late_fee_and_accept_it": 1,
    "books_rename_a_customer": 1,
    "books_make_inactive": 1,
    "books_make_active": 1,
    "books_merge_customers": 1,
    "books_name_a_vendor_like_a_client": 1,
    "books_close": 1,
    "books_open": 1,
    "books_change_a_tax_rate": 1,
    "books_switch_gst": 1,
    "books_number_themselves": 1,
    "books_end_the_subscription": 1,
    "books_renew": 1,
    "books_disconnect": 1,
    "feed_lies": 1,
    "feed_leaves_out": 1,
    "feed_is_cut": 1,
    "feed_is_late": 1,
    "record_cannot_be_read": 1,
    "weather_clears": 3,
}
"""How often each act is drawn; every act there is has a weight."""

Step = tuple[str, int]
"""An act and the seed of what it picks, so that a step may be left out without changing the others."""


@dataclass
class Figures:
    histories: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    """What was listed, and which way closed it."""
    seconds: float = 0.0

    def __str__(self) -> str:
        acts = ", ".join(f"{name} {count}" for name, count in sorted(self.steps.items()))
        rows = "\n".join(f"  {count:6}  {name}" for name, count in sorted(self.rows.items()))
        lived = f"{self.histories} histories, {sum(self.steps.values())} acts, {self.seconds:.0f} s"
        return f"{lived}\n  {acts}\n{rows}"


def draw(seed: int, steps: int, only: Sequence[str] = ()) -> list[Step]:
    rng = random.Random(f"life {seed}")
    names = [name for name in WEIGHTS if not only or name in only]
    return [(name, rng.randrange(10**9)) for name in rng.choices(names, [WEIGHTS[n] for n in names], k=steps)]


class Failed(AssertionError):
    """A history that broke a promise; its text is its log."""

    def __init__(self, cause: BaseException, log: Sequence[str]) -> None:
        super().__init__("\n".join(log) + f"\n{type(cause).__name__}: {cause}")
        self.what = f"{type(cause).__name__}: {cause}"


def live(flow: Flow, steps: Sequence[Step], figures: Figures) -> None:
    """Three invoices, the acts, and the end.

    :raises Failed: a promise did not hold, or a row has no way out.
    """
    started = time.monotonic()
    life = Closing(flow)
    try:
        for _ in range(3):
            life.staff_bills()
        life.run("post")
        for name, seed in steps:
            life.rng = random.Random(seed)
            act: Callable[[], object] = getattr(life, name)
            if life.attempt(name, act):
                figures.steps[name] += 1
            life.check_promises()
        life.rng = random.Random(steps[0][1] if steps else 0)
        life.close_everything(figures.rows)
        life.check_promises()
        life.check_quiet()
        life.check_reconciled()
    except Exception as error:
        raise Failed(error, life.log) from error
    finally:
        figures.histories += 1
        figures.seconds += time.monotonic() - started


def shrink(fails: Callable[[Sequence[Step]], str | None], steps: list[Step]) -> list[Step]:
    """The fewest steps, as far as leaving out goes, that still fail."""
    size = max(1, len(steps) // 2)
    while size:
        start = 0
        while start < len(steps):
            fewer = steps[:start] + steps[start + size :]
            if fails(fewer):
                steps = fewer
            else:
                start += size
        size //= 2
    return steps
