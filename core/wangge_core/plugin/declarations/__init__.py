"""What a plugin can say. Authors import these names from `wangge_core.plugin`."""
