"""The roles of sea grids, of the fishing village and of the watch."""

from wangge_core.plugin import HANDLING, HELPING, Capability, Level, Role, community

# At sea

SKIPPER = Role(
    "skipper",
    zh="船老大",
    level=Level.GRID,
    duty="Answers for one vessel: roll call, crew list, life-saving gear, coming in when recalled.",
    may=HELPING,
)
FLEET_LEADER = Role(
    "fleet_leader",
    zh="船队编组组长",
    en="Fleet group leader",
    level=Level.GRID,
    duty="Leads vessels that go out together; passes messages; first at a boat in trouble.",
    may=HANDLING,
)
RAFT_KEEPER = Role(
    "raft_keeper",
    zh="渔排负责人",
    level=Level.GRID,
    duty="Answers for one fish raft or a cluster: who is on it, moorings, going ashore before a storm.",
    may=HELPING,
)
RESCUE_VOLUNTEER = Role(
    "rescue_volunteer",
    zh="海上救助志愿者",
    en="Sea-rescue volunteer",
    level=Level.COMMUNITY,
    duty="Goes out with a registered boat when the watch asks.",
    may=HANDLING,
)

# Ashore

VESSEL_SAFETY_OFFICER = Role(
    "vessel_safety_officer",
    zh="渔船安全员",
    level=Level.COMMUNITY,
    duty="Checks gear, papers and crew before leaving port; follows up hazards.",
    may=HANDLING,
)
HARBOUR_OFFICER = Role(
    "harbour_officer",
    zh="渔港管理员",
    level=Level.COMMUNITY,
    duty="Reports of entry and leaving, berths, shelter places, fuel and fire safety of the harbour.",
    may=HANDLING,
    shown_to_public=True,
)
FAMILY_LIAISON = Role(
    "family_liaison",
    zh="渔家联络员",
    en="Fishing-family liaison",
    level=Level.COMMUNITY,
    duty="Keeps touch with families ashore: schooling, benefits, news of a boat.",
    may=HANDLING,
)
DUTY_WATCH = Role(
    "duty_watch",
    zh="海上值班员",
    en="Watch officer",
    level=Level.SUBDISTRICT,
    duty="Keeps the radio and telephone watch day and night; makes the roll call; raises the alarm.",
    may=HANDLING | {Capability.BREAK_GLASS},
    acts_as=(community.DUTY_OFFICER, community.INFORMATION_OFFICER),
    shown_to_public=True,
)

ROLES = (
    SKIPPER,
    FLEET_LEADER,
    RAFT_KEEPER,
    RESCUE_VOLUNTEER,
    VESSEL_SAFETY_OFFICER,
    HARBOUR_OFFICER,
    FAMILY_LIAISON,
    DUTY_WATCH,
)
