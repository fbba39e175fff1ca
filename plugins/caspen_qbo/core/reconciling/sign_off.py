"""Up to which day a reconciliation is signed."""

from datetime import date, timedelta


def default_through(run_day: date, signed_through: date | None) -> date:
    """The last day of the month before the run (practice's time zone); what is signed already, if later."""
    month_end = run_day.replace(day=1) - timedelta(days=1)
    return max(month_end, signed_through) if signed_through else month_end


def refuse_through(through: date, run_day: date, signed_through: date | None) -> str | None:
    """Why a run cannot be signed up to this day; None: it can."""
    if through > run_day:
        return (
            f"The run is of {run_day} and cannot be signed up to {through}: nobody knows yet what will be "
            f"dated until then. Choose {run_day} or an earlier day."
        )
    if signed_through and through < signed_through:
        return (
            f"Everything up to {signed_through} is signed already. Choose that day or a later one: signing "
            "again takes the figures as they stand now."
        )
    return None
