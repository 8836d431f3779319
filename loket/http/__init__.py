"""Tools that every page uses: forms, files, Markdown, security headers."""
