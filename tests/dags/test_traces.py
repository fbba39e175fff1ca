"""A practice's run and its calls are spans of the task's trace, as an OTLP listener receives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from tests.dags.conftest import states
from tests.support.flow import Flow
from tests.support.listening import listening

pytestmark = [pytest.mark.airflow, pytest.mark.slow]


@pytest.fixture
def received() -> Iterator[list[Any]]:
    """Spans that came to a real OTLP port. A process has one provider for good; after the test it is shut."""
    spans: list[Any] = []

    def receive(_: str, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                spans.extend(scope.spans)

    with listening(receive) as address:
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"{address}/v1/traces")))
        trace.set_tracer_provider(provider)
        assert trace.get_tracer_provider() is provider, "this process had a provider before"
        yield spans
        provider.shutdown()


def test_a_run_and_its_calls_are_spans(flow: Flow, run_dag: Callable[..., Any], received: list[Any]) -> None:
    flow.invoice("100.00")
    run = run_dag("post_to_quickbooks")
    assert run.state == "success", states(run)
    (job,) = [one for one in received if one.name == "caspen_qbo post"]
    calls = [one for one in received if one.name.startswith("quickbooks ")]
    assert {"quickbooks batch", "quickbooks query"} <= {one.name for one in calls}
    assert {one.parent_span_id for one in calls} == {job.span_id}
    assert {one.trace_id for one in calls} == {job.trace_id}
    said = {pair.key: pair.value for pair in job.attributes}
    assert (said["workspace_id"].int_value, said["run_id"].string_value) == (1, run.run_id)
    assert all(
        pair.value.int_value == 200 for one in calls for pair in one.attributes if "status" in pair.key
    )
    assert not [one for one in received if "INV-" in str(one) or "Neil" in str(one)]

    flow.person("disconnect")
    flow.invoice("40.00")
    assert run_dag("post_to_quickbooks", workspace_id=1).state == "failed"
    failed = [one for one in received if one.status.code == 2 and one.name == "caspen_qbo post"]
    assert failed
    assert {pair.key for one in failed for pair in one.attributes} >= {"error.type"}
