"""Pure folds of facts into figures, each with its formula."""
