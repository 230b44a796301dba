"""GraphQL over HTTP: what a request must look like, which media type and status an answer has, and how long it may take."""
