"""The layers of a conversation, each behind one Protocol."""
