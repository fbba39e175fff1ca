"""What Airflow shows for the connection type ``quickbooks``; found through the package's entry point."""

from typing import Any

from caspen_qbo import __version__


def get_provider_info() -> dict[str, Any]:
    """Airflow's provider description: the connection type and its form."""
    return {
        "package-name": "caspen-qbo",
        "name": "Caspen to QuickBooks Online",
        "description": "Keeps a clinic's billing in Caspen equal to QuickBooks Online.",
        "versions": [__version__],
        "connection-types": [
            {
                "connection-type": "quickbooks",
                "hook-class-name": "caspen_qbo.hooks.quickbooks.hook.QuickBooksHook",
                "hook-name": "QuickBooks Online (Caspen)",
                "ui-field-behaviour": {
                    "hidden-fields": ["schema", "port", "host"],
                    "relabeling": {"login": "Client ID", "password": "Client secret"},
                    "placeholders": {
                        "login": "of the app at developer.intuit.com",
                        "password": "of the app at developer.intuit.com",
                    },
                },
                "conn-fields": _fields(),
            }
        ],
    }


def _fields() -> dict[str, Any]:
    return {
        "environment": _field(
            "Environment",
            "Intuit's production or sandbox companies, or an endpoint of your own (local).",
            {"type": "string", "enum": ["production", "sandbox", "local"], "default": "production"},
        ),
        "redirect_uri": _field(
            "Redirect URI",
            "As registered with the Intuit app; ends in /quickbooks/connect/callback.",
            {"type": ["string", "null"]},
        ),
        "webhook_verifier_token": _field(
            "Webhook verifier token",
            "From the app's webhook page, when webhooks are used.",
            {"type": ["string", "null"], "format": "password"},
        ),
        "api_url": _field("API address (local)", "Up to and without /v3.", {"type": ["string", "null"]}),
        "discovery_url": _field(
            "Discovery address (local)", "An OpenID configuration document.", {"type": ["string", "null"]}
        ),
        "requests_per_minute": _limit(
            "Requests a minute", "QuickBooks allows 500 for a company, all apps together."
        ),
        "requests_per_second": _limit("Requests a second", "QuickBooks allows 10."),
        "batches_per_minute": _limit("Batches a minute", "QuickBooks allows 40."),
        "throttle_wait_seconds": _field(
            "Seconds to wait when throttled",
            "Intuit advises 60.",
            {"type": ["number", "null"], "exclusiveMinimum": 0},
        ),
        "look_again_seconds": _field(
            "Seconds before a lost write is repeated",
            "QuickBooks may show a new document a moment late; 10 unless set.",
            {"type": ["number", "null"], "minimum": 0},
        ),
        "read_backoff_seconds": _field(
            "Seconds before a failed read is tried again",
            "Twice that before each further try; 1 unless set.",
            {"type": ["number", "null"], "exclusiveMinimum": 0},
        ),
        "answer_wait_seconds": _field(
            "Seconds for one call to QuickBooks in all",
            "However slowly it answers; 180 unless set.",
            {"type": ["number", "null"], "exclusiveMinimum": 0},
        ),
        "token_wait_seconds": _field(
            "Seconds for one call to Intuit's token service in all",
            "However slowly it answers; 30 unless set.",
            {"type": ["number", "null"], "exclusiveMinimum": 0},
        ),
    }


def _field(label: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "description": description, "schema": schema}


def _limit(label: str, description: str) -> dict[str, Any]:
    return _field(label, description, {"type": ["integer", "null"], "minimum": 1})
