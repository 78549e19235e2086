"""Conversational flow: who is speaking, and whether the turn has ended."""
