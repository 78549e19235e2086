"""Other people's pipelines on the same models, measured by the same probes in the same run."""
