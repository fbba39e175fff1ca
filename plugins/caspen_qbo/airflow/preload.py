"""What tasks that post and import need, named in ``CASPEN_QBO_PRELOAD`` (``ops/airflow.env``): the process
that forks tasks imports it once, where each of them would for half a second of CPU. It connects to nothing.

Great Expectations is named there by itself: it takes longest, and only reconciling needs it.
"""

from importlib import import_module

MODULES = (
    "airflow.dag_processing.dagbag",
    "airflow.providers.postgres.hooks.postgres",
    "airflow.sdk.crypto",
    "airflow.sdk.execution_time.cache",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.sdk.observability.stats",
    "caspen_qbo.hooks.intuit.oauth",
    "caspen_qbo.hooks.ping",
    "caspen_qbo.hooks.postgres.keeping",
    "caspen_qbo.hooks.in_flight",
    "caspen_qbo.hooks.intuit.tokens",
    "caspen_qbo.hooks.quickbooks.client",
    "caspen_qbo.hooks.quickbooks.hook",
    "caspen_qbo.hooks.quickbooks.rate_limit",
    "caspen_qbo.hooks.quickbooks.transport",
    "caspen_qbo.operators.events.sync",
    "caspen_qbo.operators.exposed.announce",
    "caspen_qbo.operators.exposed.manual",
    "caspen_qbo.operators.heartbeat",
    "caspen_qbo.operators.notify",
    "caspen_qbo.operators.report",
    "caspen_qbo.operators.retry",
    "caspen_qbo.operators.watch",
    "caspen_qbo.usecases.connection.find_workspaces",
    "caspen_qbo.usecases.importing.run",
    "caspen_qbo.usecases.posting.dry_run",
    "caspen_qbo.usecases.posting.run",
    "caspen_qbo.usecases.shared.measures",
    "caspen_qbo.wiring",
    "encodings.idna",
)

for name in MODULES:
    import_module(name)
