"""The v2 contract: one thin module a resource."""
