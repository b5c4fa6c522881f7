"""The public pages: what a link in an e-mail opens, without logging in. `python -m web`."""
