"""The tables of the stock: `replicas.toml`, `personas.toml`, `use_cases.toml`, `objectives.toml`, `guardrails.toml`."""
