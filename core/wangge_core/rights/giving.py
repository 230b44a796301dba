"""Giving: which rights somebody may hand to others, by a post, by naming a substitute, or by a key for a machine.

Nobody gives more than they hold there by posts of their own, and nobody gives anything to themselves. What one stands in for, and what was
opened in an emergency, is not one's own.
"""

from collections.abc import Collection, Sequence

from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

NEED_NOT_BE_HELD = frozenset({Capability.BREAK_GLASS})
"""Given to a shift by who staffs it: using it raises an alarm, ends soon, and is reviewed by who reads the log of reads."""


def holds(viewer: Viewer, capability: Capability, ground: Sequence[str]) -> bool:
    """Whether the viewer has a capability over all of this ground as one's own: by posts of one's own, or by the key of a machine."""
    if not ground:
        return False
    if viewer.account_id is None or viewer.key_id is not None:
        return all(viewer.may(capability, path) for path in ground)
    own = [post for post in viewer.posts if post.delegation_id is None and capability in post.may]
    return all(any(post.stands_over(path) for post in own) for path in ground)


def holds_anywhere(viewer: Viewer, capability: Capability) -> bool:
    """As `holds`, over any ground."""
    if viewer.account_id is None or viewer.key_id is not None:
        return bool(viewer.scope(capability).paths)
    return any(post.delegation_id is None and capability in post.may for post in viewer.posts)


def check_given(
    viewer: Viewer, account_id: int, capabilities: Collection[Capability], ground: Sequence[str], field: str
) -> list[Refusal]:
    """Why rights over this ground may not be given to an account; nothing stops the operator at the machine."""
    if viewer.account_id is not None and viewer.account_id == account_id:
        return [refusal("RIGHTS_FOR_ONESELF", "accountId")]
    exceeding = sorted(one for one in {*capabilities} - NEED_NOT_BE_HELD if not holds(viewer, one, ground))
    return [refusal("RIGHTS_EXCEED_OWN", field, missing=", ".join(exceeding))] if exceeding else []


def opens_office(viewer: Viewer, office_id: int) -> bool:
    """Whether the viewer may make somebody a member of an office, who then sees what it was given, wherever that is.

    For who manages posts everywhere, and for who belongs to the office.
    """
    own = [post for post in viewer.posts if post.delegation_id is None]
    everywhere = viewer.account_id is None or Capability.MANAGE_POSTS in viewer.whole_ground
    return everywhere or any(post.office_id == office_id for post in own)
