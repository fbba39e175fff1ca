"""The command for the day the Fernet key is changed."""

from __future__ import annotations

import typer

from caspen_qbo.cli.show import console


def register(app: typer.Typer) -> None:
    app.command("rotate-fernet-key")(rotate_fernet_key)


def rotate_fernet_key() -> None:
    """Rewrite the stored tokens with the first key of AIRFLOW__CORE__FERNET_KEY (new,old); safe to repeat."""
    from caspen_qbo.errors import ConfigurationError
    from caspen_qbo.hooks.intuit.rotation import rewrite_tokens

    rewritten = rewrite_tokens()
    console().print(f"tokens of {len(rewritten.done)} workspace(s) are encrypted with the first key")
    if rewritten.unreadable:
        names = ", ".join(str(workspace_id) for workspace_id in rewritten.unreadable)
        raise ConfigurationError(
            f"The tokens of workspace(s) {names} were encrypted with a key that is not in "
            "AIRFLOW__CORE__FERNET_KEY; they were left as they are. Add that key behind the others and run "
            "this again, or reconnect them."
        )
