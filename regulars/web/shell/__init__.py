"""The look of all pages: layout, components, styles and the few lines of script."""
