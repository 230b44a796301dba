"""Work from offline: what a phone queued without a network is taken in, each change once, and what its posts need is given out."""
