"""Live answers: GraphQL over WebSocket (`graphql-transport-ws`) and as server-sent events. Whom a change is for, the schema says."""
