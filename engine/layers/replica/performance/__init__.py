"""How a presenter acts: from speech and state to an expression, for whatever draws it."""
