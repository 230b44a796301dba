"""Field work of the fictional town, for as long as it is simulated: visits and patrols as the due lists ask, absences and hand-overs,
campaigns, and an appraisal every month. All of it goes through the core's operations, at its own time.
"""
