"""The API over HTTP: one module a resource, and one for each thing that they share."""
