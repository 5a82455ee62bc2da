"""``cordboard doctor``: looks at all that the daemon needs, says what is wrong and how to mend it; changes nothing."""
