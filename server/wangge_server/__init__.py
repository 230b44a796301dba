"""The Wangge server: the ASGI app, settings, sign-in and the `wangge` command."""
