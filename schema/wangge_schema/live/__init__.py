"""Live: subscriptions from the outbox. A change is read as any query reads it, and once for all who ask the same with the same rights."""
