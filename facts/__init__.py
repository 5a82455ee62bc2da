"""What everybody speaks of: identifiers, time, skills and the facts of the journal. Imports nothing of ours."""
