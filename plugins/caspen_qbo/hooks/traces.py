"""Spans in the trace Airflow makes of a task, where its server has traces on (``[traces] otel_on``).

By OpenTelemetry's public API, as Airflow's own: without a provider a span costs next to nothing, and outside
a task none is made, nor OpenTelemetry loaded. A span holds ids, kinds and types of errors, never a name, a
number of a document or a text from outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from caspen_qbo.hooks.metrics import reported

TRACER = "caspen_qbo"


class Step:
    """A span under way; nothing where nobody traces."""

    def __init__(self, span: object = None) -> None:
        self._span = span

    def note(self, name: str, value: str | int) -> None:
        """What became known while it went."""
        if self._span is not None:
            self._span.set_attribute(name, value)  # type: ignore[attr-defined]


@contextmanager
def span(name: str, **attributes: str | int) -> Iterator[Step]:
    """What happens in this block is one step of the task's trace; an error marks it, by its type alone."""
    if not reported():
        yield Step()
        return
    from opentelemetry import trace

    tracer = trace.get_tracer(TRACER)
    with tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield Step(made)
        except BaseException as error:
            made.set_attribute("error.type", type(error).__name__)
            made.set_status(trace.StatusCode.ERROR)
            raise
