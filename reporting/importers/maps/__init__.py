"""Maps that come with Cordboard."""
