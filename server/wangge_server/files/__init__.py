"""Files over HTTP: `POST /files` takes one, `GET /files/{id}` gives one out. Everything else of them is GraphQL."""
