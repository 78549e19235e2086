"""What objectives and guardrails share: prompts in sets, each set under one id."""
