"""`/v2/personas`, also called `/v2/pals`."""
