"""Voice menus: flow files, their validation and their interpreter."""
