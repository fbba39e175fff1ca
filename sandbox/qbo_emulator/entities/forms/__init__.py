"""Sales forms: invoice, credit memo, sales receipt, refund receipt."""
