"""From a bare checkout to a running appliance, with the standard library alone."""
