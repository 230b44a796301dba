"""Duties as the deployment has them, and due lists: who must do what, to whom or where, by when; was it done.

Nothing due is stored. One statement asks the present homes, needs, places and events what the ledger says was done for them, so that a
hand-over, a re-division, a move of a person or a new need is right at once. Who is *on duty* now is another matter: `tasks/duty.py`.
"""
