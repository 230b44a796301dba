"""The one GraphQL schema of Wangge: what each field is and what it reads, and the mutations."""
