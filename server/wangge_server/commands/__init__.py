"""The `wangge` command, a module per verb."""
