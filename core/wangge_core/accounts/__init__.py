"""Accounts and what signs in to them: tokens' logins, API keys of machines, devices. What an account may do is in `rights`."""
